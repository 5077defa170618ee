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

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// The errors of this package, to be tested with [errors.Is]. The error for a missing source matches
// [fs.ErrNotExist]. [StatusCode] maps each to the HTTP status that the handler answers with.
var (
	ErrInvalid    = errors.New("thumbnail: invalid path or spec")  // outside the grammar, or an unknown method or extension
	ErrSignature  = errors.New("thumbnail: secret does not match") // well-formed, but not signed with a key that is accepted
	ErrBusy       = errors.New("thumbnail: being made elsewhere")  // the lock was not free in time
	ErrTooLarge   = processors.ErrTooLarge                         // the source, its pixels, or the result are beyond a limit
	ErrOverloaded = errors.New("thumbnail: too many generations")  // neither memory nor a worker was free in time
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

// The contracts of the parts that are packages of their own are written there.
type (
	Storage   = storage.Storage      // keeps thumbnails
	Remover   = storage.Remover      // a Storage that can delete; Handler.Remove needs it
	Locker    = lock.Locker          // decides who of many generates a thumbnail
	Waiter    = lock.Waiter          // a Locker that can tell when a lock becomes free
	Processor = processors.Processor // turns a picture into a thumbnail of it
)

// An Encoder writes a picture in the format of a file-name extension. It must not modify img. Any
// number of goroutines may call it at once.
//
// If it also implements [processors.Animator], it is called with animations, too. If it implements
// [processors.Keeper], an original that needs no change is stored as it is, without metadata, when
// that is smaller. If it implements [processors.ContextEncoder], that is called instead. If it has a
// method ContentType() string, that returns the media type of its thumbnails, such as "image/jxl".
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// A Responder answers a request with the thumbnail that is stored under key and open as f. Content-Type
// and Cache-Control are set already. An error means that nothing was written; the handler then answers
// 500. The handler closes f. The package response has Responders for several web servers.
type Responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}
