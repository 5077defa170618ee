// Package storage keeps thumbnails and opens originals: [Dir] in a directory, [Memory] in memory,
// and [FS], read-only, in any [io/fs.FS]. [NewFile] and [ValidKey] help to implement other
// storages; package storagetest tests them.
//
// All storages follow these rules:
//
//   - A key is one or more segments separated by "/", at most 1000 bytes in all; a segment is 1 to
//     255 bytes of valid UTF-8 without control bytes (below 0x20, and 0x7F) and backslashes, and
//     neither "." nor "..". It is used as it is: nothing is cleaned, decoded or folded.
//   - If a key holds nothing or is not valid, the error of Open matches [fs.ErrNotExist]. Any other
//     error means that the storage does not work.
//   - If a key is not valid, the error of Put and RemoveAll matches [fs.ErrInvalid], and nothing
//     changes.
//   - Any number of goroutines may use a storage at once. A call whose context is done returns the
//     context's error.
package storage

import "github.com/rest-thumbnails/thumbnail/storage/internal/contract"

// ValidKey reports whether key follows the rules in the package documentation.
func ValidKey(key string) bool { return contract.ValidKey(key) }
