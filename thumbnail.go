// Package thumbnail makes image thumbnails when they are first requested and stores them under the
// requested path. Later requests are served by a web server or a CDN that serves static files, or by this
// package's own handler.
//
// A program uses it in three ways. It mounts a [Handler]:
//
//	signer, err := thumbnail.NewSigner(key)
//	h, err := thumbnail.NewHandler(thumbnail.Config{
//		Source:  photos, // storage.OpenDir("photos")
//		Storage: thumbs, // storage.OpenDir("thumbs")
//		Signer:  signer,
//	})
//	http.Handle("/thumbs/", http.StripPrefix("/thumbs", h))
//
// It links to thumbnails, by [URL] or, in html/template, by [FuncMap]:
//
//	<img src="{{thumbnail .Photo "100x100" "crop" ".jpg"}}">
//
// And it chooses where thumbnails are stored: any type that implements the two methods of [Storage] will
// do.
//
// # Paths
//
// The path of a thumbnail describes the thumbnail. It also carries a secret that only holders of the key
// can compute, so nobody else can make the server generate thumbnails:
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
// The path is also the key under which the thumbnail is stored. All thumbnails of one source share the
// prefix source + "/", and [Handler.Remove] deletes everything under it.
package thumbnail

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"net/http"

	"github.com/rest-thumbnails/thumbnail/internal/admission"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// The errors of this package. Test for them with [errors.Is]. The error for a missing source matches
// [fs.ErrNotExist]. [StatusCode] maps each error to the HTTP status that the handler answers with.
var (
	ErrInvalid    = errors.New("thumbnail: invalid path or spec")  // the path does not match the grammar, or names an unknown method or extension
	ErrSignature  = errors.New("thumbnail: secret does not match") // the path is well-formed, but no accepted key signed it
	ErrBusy       = errors.New("thumbnail: being made elsewhere")  // the lock did not become free in time
	ErrTooLarge   = processors.ErrTooLarge                         // the source file, its pixels, or the result exceed a limit
	ErrOverloaded = admission.ErrOverloaded                        // no memory or no worker became free in time
	ErrFormat     = processors.ErrFormat                           // the format of the source is unknown
	ErrCorrupt    = processors.ErrCorrupt                          // the source is damaged
)

// A Source opens originals. Every [Storage] is one.
//
// Open returns the original named key. key matches source in the grammar of the package documentation. If
// the original does not exist, the error matches [fs.ErrNotExist]; any other error means that the source
// failed. The file's Stat should report its size: if the file ends earlier, the source has failed. ctx also bounds
// the reads from the file. Any number of goroutines may call Open at once.
type Source interface {
	Open(ctx context.Context, key string) (fs.File, error)
}

// These types are aliases. Their contracts are documented in their own packages.
type (
	// Storage keeps thumbnails.
	Storage = storage.Storage
	// Remover is a Storage that can remove everything below a prefix; Handler.Remove needs it.
	Remover = storage.Remover
	// Locker decides which of several callers generates a thumbnail.
	Locker = lock.Locker
	// Waiter is a Locker that can wait until a lock becomes free.
	Waiter = lock.Waiter
	// Historian is a Locker that remembers which keys were held.
	Historian = lock.Historian
	// Processor turns a picture into its thumbnail.
	Processor = processors.Processor
)

// An Encoder writes a picture in the format of one file-name extension. Encode must not modify img. Any
// number of goroutines may call Encode at once.
//
// An Encoder that also implements [processors.Animator] is called with animations, too. If it implements
// [processors.Keeper], an original that needs no change is stored without its metadata, but otherwise
// unchanged, when that file is smaller than the encoded one. If it implements [processors.ContextEncoder],
// EncodeContext is called instead of Encode. If it has a method ContentType() string, that method returns
// the media type of its thumbnails, such as "image/jxl".
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// A Responder answers a request with a stored thumbnail: key is its storage key, and f is the open file.
// The handler has already set Content-Type and Cache-Control. A Responder that returns an error must not
// have written anything; the handler then answers 500. The handler closes f. The package response has
// Responders for several web servers.
type Responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}
