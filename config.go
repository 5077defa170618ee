package thumbnail

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
)

// Processors maps the methods that a path may name to their processors.
type Processors map[string]Processor

// Encoders maps the extensions that a path may have to their encoders. Each extension includes its dot and
// is in lower case.
type Encoders map[string]Encoder

// Config configures a [Handler]. Source, Storage and Signer are required. The zero value of every other
// field selects the default that its comment gives.
type Config struct {
	// Source opens the originals.
	Source Source
	// Storage keeps the thumbnails. It must not be the directory or prefix of Source, lie inside it, or
	// contain it: thumbnails would be originals, and Remove could delete originals. NewHandler returns an
	// error if it recognizes that: see [storage.Overlap].
	Storage Storage
	// Signer checks the secrets of paths.
	Signer Signer

	// Processors are added to the defaults, crop, scale, smart, fit, pad, focus and entropy, and replace
	// defaults of the same name. A nil value removes the method.
	Processors Processors
	// Encoders are added to the defaults, .jpg, .jpeg, .png, .gif and .webp, and replace defaults of the same
	// name. A nil value removes the extension.
	Encoders Encoders

	// Formats decode originals in formats that the library does not support. They are tried in order, before
	// the built-in formats. Formats that are registered with package image are tried last: they report no
	// orientation, memory use or colors.
	Formats []processors.Format
	// Tolerant makes thumbnails of damaged originals if at least a tenth of the original can be decoded. The
	// rest is mid-gray or transparent. By default a damaged original is refused (422).
	Tolerant bool
	// NaiveCMYK converts CMYK without a profile as browsers do: R = (1-C)(1-K), and so on. By default such
	// CMYK is interpreted as coated offset print, as print programs do.
	NaiveCMYK bool

	// Presets are the named presets that pages use: see [Handler.Links]. NewHandler returns an error for a
	// preset that the handler can't serve.
	Presets Presets

	// Locker decides which of several processes generates a thumbnail. The default is a [lock.Memory], for
	// one process. Use [lock.NewFile] for several processes on one host, and lock/redis for several hosts.
	Locker Locker
	// LockTTL is how long a lock outlives a holder that died; default 10 s. A live holder keeps its
	// lock for as long as it needs.
	LockTTL time.Duration
	// RequireLock makes an error of the Locker an error of the request, which gets 503. By default a thumbnail
	// is generated without a lock after such an error, because a lock only avoids duplicate work.
	RequireLock bool

	// Wait is how long a request waits for a thumbnail that another request is making; default 10 s. With a
	// negative value the answer is 404 at once, as in django-rest-thumbnails, and the visitor sees a broken
	// image.
	Wait time.Duration
	// Timeout limits the work for one request or call of Generate: look-ups in the Storage and attempts to lock
	// (steps 4, 6 and 7 of [Handler.ServeHTTP]), and the generation (steps 8 to 11); default 30 s. Time in the
	// queue, and time spent waiting for another request or process, do not count.
	Timeout time.Duration
	// Workers is how many generations decode, process and encode at the same time; default GOMAXPROCS.
	// Reading originals and storing thumbnails need no worker.
	Workers int

	// MaxSourceBytes limits the file size of an original; default 64 MiB.
	MaxSourceBytes int64
	// MaxPixels limits width × height of an original; default 250 million. Whether an original within this
	// limit can be decoded depends on MaxMemory: a JPEG that is decoded at a reduced size needs little. An
	// animation is served as a still picture, its first frame, if it has more than 10,000 frames, or if the
	// total pixels of its frames, or of its thumbnail's frames, exceed MaxPixels.
	MaxPixels int64
	// MaxWidth and MaxHeight limit a thumbnail, in pixels; default 4096. A side that is computed from the
	// other side may be longer, up to 16,383, if the thumbnail has no more than MaxWidth × MaxHeight pixels.
	MaxWidth, MaxHeight int
	// MaxMemory limits the memory of all generations in progress, in bytes; default 512 MiB. It covers
	// originals and the parts of them that have been read, decoded pixels, and thumbnails that are being
	// sent. A generation waits until its share is free. A generation that needs more than MaxMemory is
	// refused (422). Smaller generations that arrive later may overtake a waiting one if there is memory for
	// them, at most 64 times. An animated thumbnail takes up to 40 MiB for the frames in progress, and 3
	// bytes for each pixel of all frames. If that is too much, it becomes a still picture.
	MaxMemory int64
	// MaxQueue limits how many generations wait for memory or a worker; default 256. QueueTimeout limits how
	// long one generation waits in total; default 10 s. A generation beyond either limit is answered 503,
	// without waiting if the queue is full. A queued generation is dropped when no request waits for it any
	// more.
	MaxQueue     int
	QueueTimeout time.Duration

	// Responder answers requests with stored thumbnails; default [response.Stream].
	Responder Responder
	// ServedElsewhere declares that a web server can serve the files that response.Nginx, Apache or Redirect
	// name although Storage is not a *storage.Dir, for example from a bucket.
	ServedElsewhere bool
	// CacheControl is the Cache-Control of a thumbnail; default "public, max-age=2592000", 30 days.
	CacheControl string
	// CacheControlVersioned is the Cache-Control of a thumbnail whose path has a version; default "public,
	// max-age=31536000, immutable".
	CacheControlVersioned string
	// ErrorHandler, if not nil, answers when there is no thumbnail, for example with a placeholder. status
	// is [StatusCode] of err. Cache-Control, Retry-After, WWW-Authenticate and Allow are already set,
	// Content-Type is not. If ErrorHandler writes nothing, the answer is the status with its text.
	// ErrorHandler must not send err to the client, because err names paths and keys.
	ErrorHandler func(w http.ResponseWriter, r *http.Request, status int, err error)

	// Logger receives every error in full; default [slog.Default]. Server faults are logged at level Error,
	// overload and faults of an original (415, 422) at level Warn, and errors that any client can cause
	// (400, 401, 404) at level Debug.
	Logger *slog.Logger
	// Observer, if not nil, is called for every request and every call of Generate, for metrics.
	Observer Observer
	// ServerTiming adds a Server-Timing header (W3C Server Timing) with the durations of [Timing]
	// to the answers of requests that generated or waited.
	ServerTiming bool
}

// withDefaults checks what is required and fills in what is not.
func (c Config) withDefaults() (Config, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	var err error
	if c.Processors, err = merge("Processors", checkMethod, c.Processors, defaultProcessors); err != nil {
		return c, err
	}
	if c.Encoders, err = merge("Encoders", checkExt, c.Encoders, Encoders{
		".jpg": processors.JPEG{}, ".jpeg": processors.JPEG{}, ".png": processors.PNG{}, ".gif": processors.GIF{}, ".webp": processors.WebP{},
	}); err != nil {
		return c, err
	}
	if err := checkMediaTypes(c.Encoders); err != nil {
		return c, err
	}
	if c.Locker == nil {
		c.Locker = lock.NewMemory()
	}
	if c.Responder == nil {
		c.Responder = response.Stream{}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	orDefault(&c.Wait, 10*time.Second)
	orDefault(&c.Workers, runtime.GOMAXPROCS(0))
	orDefault(&c.LockTTL, 10*time.Second)
	orDefault(&c.Timeout, 30*time.Second)
	orDefault(&c.MaxSourceBytes, 64<<20)
	orDefault(&c.MaxPixels, 250_000_000)
	orDefault(&c.MaxWidth, 4096)
	orDefault(&c.MaxHeight, 4096)
	orDefault(&c.MaxMemory, 512<<20)
	orDefault(&c.MaxQueue, 256)
	orDefault(&c.QueueTimeout, 10*time.Second)
	orDefault(&c.CacheControl, "public, max-age=2592000")
	orDefault(&c.CacheControlVersioned, "public, max-age=31536000, immutable")
	return c, nil
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
