// Package thumbnail makes image thumbnails on their first request, stores them under the very path
// that was requested, and leaves every later request to a web server or a CDN that serves static
// files, or to this package's own handler.
//
// A program uses it in three ways. It mounts a [Handler]:
//
//	signer, err := thumbnail.NewSigner(key)
//	h, err := thumbnail.NewHandler(thumbnail.Config{
//		Source:  photos, // storage.OpenDir("photos")
//		Storage: thumbs, // storage.OpenDir("thumbs")
//		Signer:  signer,
//		Wait:    10 * time.Second,
//	})
//	http.Handle("/thumbs/", http.StripPrefix("/thumbs", h))
//
// It links to thumbnails, by [URL] or, in html/template, by [FuncMap]:
//
//	<img src="{{thumbnail .Photo "100x100" "crop" ".jpg"}}">
//
// And it keeps them where it likes, by implementing [Storage], which has two methods.
//
// # Paths
//
// The path of a thumbnail says what it is, and carries a secret that only holders of the key can
// compute, so that nobody else can put the server to work:
//
//	animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg
//
// In the ABNF of RFC 5234, after percent-decoding:
//
//	path    = source "/" size "/" method "/" [version "-"] secret ext  ; at most 1000 bytes
//	source  = segment *("/" segment)
//	segment = 1*255OCTET           ; UTF-8, no control bytes (00-1F, 7F), no "/", no "\", and not "." or ".."
//	size    = side "x" [side / "0"] / ["0"] "x" side
//	side    = %x31-39 *4DIGIT      ; pixels
//	method  = 1*32(%x61-7A / DIGIT / "_")
//	version = 1*32(ALPHA / DIGIT / "_")
//	secret  = 1*128(ALPHA / DIGIT / "_")
//	ext     = "." 1*8(%x61-7A / DIGIT)
//
// The path is also the key under which the thumbnail is stored. All thumbnails of one source share
// the prefix source + "/", which is what [Handler.Remove] deletes.
package thumbnail

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// The errors of this package, to be tested with [errors.Is]. The error for a missing source matches
// [fs.ErrNotExist]. [StatusCode] maps each to the HTTP status that the handler answers with.
var (
	ErrInvalid    = errors.New("thumbnail: invalid path or spec")  // outside the grammar, or an unknown method or extension
	ErrSignature  = errors.New("thumbnail: secret does not match") // well-formed, but not signed with a key that is accepted
	ErrBusy       = errors.New("thumbnail: being made elsewhere")  // the lock was not free in time
	ErrTooLarge   = processors.ErrTooLarge                         // the source, its pixels, or the result
	ErrOverloaded = errors.New("thumbnail: too many generations")  // no memory was free in time
	ErrFormat     = processors.ErrFormat                           // the source is in no format that is known
	ErrCorrupt    = processors.ErrCorrupt                          // the source is damaged
)

// A Source opens originals. Every [Storage] is one.
//
// Open returns the original called key, which matches source in the grammar of the package
// documentation. If there is none, the error matches [fs.ErrNotExist]; any other error means that the
// source does not work. The file's Stat should report its size. The context bounds the reads as well.
// Any number of goroutines may call Open at once.
type Source interface {
	Open(ctx context.Context, key string) (fs.File, error)
}

// A Storage keeps thumbnails. Any number of goroutines may use it at once, and any number of processes
// if it is shared. The package storage/storagetest tests an implementation against this contract.
//
// Open returns the file stored under key. If there is none, the error matches [fs.ErrNotExist]; any
// other error means that the storage does not work. The file's Stat reports size and modification
// time; its FileInfo may have a method ETag() string that returns a strong entity tag with its quotes
// (RFC 9110, section 8.8.3), which is then used. A file that is also an [io.Seeker] is served without
// being read into memory. Open does not wait for a Put.
//
// Put stores what r returns up to [io.EOF] under key, replacing what was there: whole or not at all. A
// reader sees the old content or the new, never a part. If r fails, Put returns r's error and key
// keeps its old content.
//
// For a key that is not valid ([storage.ValidKey]), the error of Open matches [fs.ErrNotExist] and that
// of Put [fs.ErrInvalid]. A call whose context is done returns the context's error, and Put then stores
// nothing.
type Storage interface {
	Open(ctx context.Context, key string) (fs.File, error)
	Put(ctx context.Context, key string, r io.Reader) error
}

// A Remover is a [Storage] that can delete. [Handler.Remove] needs it.
//
// RemoveAll deletes every key that begins with prefix + "/", and nothing else: "a" does not touch
// "ab/c". It is not an error if there is none. For a prefix that is not a valid key, such as the empty
// one, the error matches [fs.ErrInvalid] and nothing is deleted.
type Remover interface {
	RemoveAll(ctx context.Context, prefix string) error
}

// A Locker decides which of many goroutines, processes or hosts generates a thumbnail. It saves work
// and does not guard correctness: two that generate the same thumbnail store the same picture. The
// package lock/locktest tests an implementation against this contract.
//
// TryLock never waits: if the lock is held elsewhere, ok is false and err is nil. The lock of a live
// holder may be renewed until unlock is called or ctx ends; a dead holder loses it after ttl. unlock
// works after ctx is cancelled, may be called more than once and by several goroutines, and never
// releases somebody else's lock.
type Locker interface {
	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
}

// A Waiter is a [Locker] that can tell when a lock becomes free, so that waiting needs no polling.
//
// Wait blocks until nobody holds key, which may be at once, or until ctx ends, and then returns the
// context's error. It takes no lock.
type Waiter interface {
	Wait(ctx context.Context, key string) error
}

// A Processor turns a picture into a thumbnail of it. Any number of goroutines may call it at once.
//
// Process scales or crops src to width × height pixels; one of the two may be 0 and then follows from
// the aspect ratio. src is upright and sRGB. Process must not modify it, may return it, and must retain
// neither it nor the result: their memory is reused once the result is encoded. The result must not be
// nil if the error is.
//
// A Processor that is also a [processors.Planner] says where its result comes from before any pixel is
// decoded, so that a large original is decoded at a reduced size, which is much faster. It is then
// called with what it planned, scaled and cropped, and with that size as width and height. A type that
// embeds [processors.Crop] and draws on the result is a Planner, too.
type Processor interface {
	Process(ctx context.Context, src image.Image, width, height int) (image.Image, error)
}

// An Encoder writes a picture in the format of a file-name extension. It must not modify img. Any
// number of goroutines may call it at once.
//
// If it also implements [processors.Animator], it is called with the animations of GIFs, too. If it
// implements [processors.Keeper], an original that needs no change is stored as it is, without
// metadata, when that is smaller.
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// A Responder answers a request with the thumbnail that is stored under key and open as f. Content-Type
// and Cache-Control are set already. An error means that nothing was written; the handler then answers
// 500. The handler closes f. The package response has Responders for several web servers.
type Responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}
