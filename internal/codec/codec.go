// Package codec is what the formats share: errors, headers, the reader of headers, the memory
// account, and the Format that each of them is.
//
// A format has one room, a package below this one, and one line in the table of package engine.
// Nothing else names it.
package codec

import "errors"

var (
	// ErrFormat is matched by the error for data that is no image in a known format, or is one with a
	// feature that is not supported.
	ErrFormat = errors.New("unknown image format")

	// ErrCorrupt is matched by the error for an image that is damaged or truncated.
	ErrCorrupt = errors.New("damaged image")

	// ErrTooLarge is matched by the error for an image that needs more memory or work than it may.
	ErrTooLarge = errors.New("beyond a limit")
)
