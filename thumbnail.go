// Package thumbnail makes image thumbnails on their first request, stores them under the very path that was
// requested, and leaves every later request to whatever serves static files best: nginx, Apache, a CDN, or this
// package's own handler.
//
// A program uses it in three ways. It mounts a [Handler]:
//
//	signer, err := thumbnail.NewSigner(key)
//	h, err := thumbnail.NewHandler(thumbnail.Config{
//		Source:  storage.FS(os.DirFS("photos")),
//		Storage: thumbs, // storage.OpenDir("thumbs")
//		Signer:  signer,
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
// The path of a thumbnail says what it is, and carries a secret that only holders of the key can compute, so that
// nobody else can make the server work:
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
// The path is also the key under which the thumbnail is stored. All thumbnails of one source share the prefix
// source + "/", which is what [Handler.Remove] deletes.
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

// The errors of this package, to be tested with errors.Is. A missing source matches [fs.ErrNotExist].
// [StatusCode] maps each to the HTTP status that the handler answers with.
var (
	ErrInvalid    = errors.New("thumbnail: invalid path or spec")  // outside the grammar, or an unknown method or extension
	ErrSignature  = errors.New("thumbnail: secret does not match") // well-formed, but not signed with a key that is accepted
	ErrBusy       = errors.New("thumbnail: being made elsewhere")  // the lock was not free in the time that was given
	ErrTooLarge   = errors.New("thumbnail: beyond a limit")        // the source, its pixels, or the result that it would give
	ErrOverloaded = errors.New("thumbnail: too many generations")  // no memory was free in the time that was given
	ErrFormat     = processors.ErrFormat                           // the source is in no format that is known
	ErrCorrupt    = processors.ErrCorrupt                          // the source is damaged
)

// A Source gives the originals. Every [Storage] is one.
//
// Open returns the original called key, a path source of the grammar in the package documentation. If there is none,
// the error matches [fs.ErrNotExist]; any other error means that the source does not work. The file's Stat
// should tell its size. The context bounds the reads as well. Any number of goroutines may call Open at once.
type Source interface {
	Open(ctx context.Context, key string) (fs.File, error)
}

// A Storage keeps thumbnails. Any number of goroutines, and where the storage is shared any number of processes, may
// use it at once. The package storage/storagetest tests an implementation against this contract.
//
// Open returns the file stored under key, or an error that matches [fs.ErrNotExist] if there is none; any other error
// means that the storage does not work. Its Stat gives size and modification time; a FileInfo may have a method
// ETag() string, a strong entity tag with its quotes (RFC 9110, section 8.8.3), which is then used. A file that is also an
// [io.Seeker] is served without being read into memory.
//
// Put stores all that r gives under key, replacing what was there: whole or not at all. A reader sees the old content
// or the new, never a part. If r fails, Put returns r's error and key keeps its old content.
type Storage interface {
	Open(ctx context.Context, key string) (fs.File, error)
	Put(ctx context.Context, key string, r io.Reader) error
}

// A Remover is a Storage that can forget. [Handler.Remove] needs it.
//
// RemoveAll deletes every key under prefix + "/", and nothing else: "a" does not touch "ab/c". Nothing under the
// prefix is no error. An empty prefix is refused.
type Remover interface {
	RemoveAll(ctx context.Context, prefix string) error
}

// A Locker makes one of many goroutines, processes or hosts the one that generates a thumbnail. It saves work; it does
// not guard correctness: two that generate the same thumbnail store the same picture. The package lock/locktest tests
// an implementation against this contract.
//
// TryLock never waits: a lock that is held elsewhere is ok == false with a nil error. The lock of a holder that lives
// may be renewed until unlock is called or ctx ends; a dead holder loses it after ttl. unlock works after ctx was
// cancelled, may be called more than once and by several goroutines, and never releases somebody else's lock.
type Locker interface {
	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
}

// A Waiter is a Locker that can tell when a lock becomes free, so that waiting needs no polling.
//
// Wait blocks until nobody holds key, which may be at once, or until ctx ends, whose error it returns then. It takes no lock.
type Waiter interface {
	Wait(ctx context.Context, key string) error
}

// A Processor turns a picture into a thumbnail of it. Any number of goroutines may call it at once.
//
// Process scales or crops src to width × height pixels; one of the two may be 0, then it follows from the aspect ratio.
// src is upright and sRGB. Process must not modify it, may return it, and must keep neither it nor the result: their
// memory is used again once the result is encoded.
//
// A Processor that is also a [processors.Planner] says where its result comes from before any pixel is decoded, so that a
// large original is decoded at a reduced size, which is much faster. It is given what it planned, scaled and cropped, with
// that size as width and height. One that embeds [processors.Crop] and draws on the result is a Planner, too.
type Processor interface {
	Process(ctx context.Context, src image.Image, width, height int) (image.Image, error)
}

// An Encoder writes a picture in the format of a file-name extension. Any number of goroutines may call it at once. It
// must not modify img. One that is a [processors.Animator] is given the animations of GIFs as well; one that is a [processors.Keeper] has
// originals that need no change kept, without metadata, where they are smaller than what it writes.
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// A Responder answers a request with a thumbnail that is stored under key and open as f. Content-Type and Cache-Control
// are set already. An error means that nothing was written: the handler then answers 500. The handler closes f.
// The package response has Responders for several web servers.
type Responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}
