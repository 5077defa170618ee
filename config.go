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

// Processors are the methods that a path may name.
type Processors map[string]Processor

// Encoders are the extensions that a path may have, each with its dot and in lower case.
type Encoders map[string]Encoder

// Config says what a [Handler] works with. Source, Storage and Signer are required; the zero value of
// every other field selects the default that its comment gives.
type Config struct {
	// Source is where the originals are.
	Source Source
	// Storage is where thumbnails are kept; not the directory or prefix of Source, since thumbnails of
	// kitten.jpg lie in a folder of that name.
	Storage Storage
	// Signer checks the secrets of paths.
	Signer Signer

	// Processors are merged over the defaults, crop, scale, smart, fit, pad, focus and entropy; a nil one
	// removes the method.
	Processors Processors
	// Encoders are merged over the defaults, .jpg, .jpeg, .png and .gif; a nil one removes the
	// extension.
	Encoders Encoders

	// Formats decode originals of kinds that the library does not know. They are asked in their order,
	// before the built-in ones. Formats that are registered with package image are the last resort: they
	// say nothing of orientation, memory and colors.
	Formats []processors.Format
	// Tolerant shows what can be decoded of a damaged original, if that is a tenth of it at least; the
	// rest is mid-gray, or transparent. By default a damaged original is refused (422).
	Tolerant bool
	// NaiveCMYK shows CMYK without a profile as browsers do: R = (1-C)(1-K), and so on. By default it is
	// shown as print programs do, as coated offset print.
	NaiveCMYK bool

	// Presets are the looks that pages name: see [Handler.Links]. One that the handler can't serve is an
	// error of NewHandler.
	Presets Presets

	// Locker decides which of many processes generates a thumbnail. The default is a [lock.Memory], for
	// one process; take [lock.NewFile] for several on one host, and lock/redis for several hosts.
	Locker Locker
	// LockTTL is how long a dead holder keeps others away; default 10 s. A live one keeps its lock
	// for as long as it needs.
	LockTTL time.Duration
	// RequireLock makes a failing Locker an error: requests get 503. By default the thumbnail is
	// generated without a lock, because a lock only saves work.
	RequireLock bool

	// Wait is how long a request waits for a thumbnail that another request is making; default 10 s.
	// A negative one answers 404 at once, as django-rest-thumbnails did: the visitor sees a broken image.
	Wait time.Duration
	// Timeout bounds one generation, steps 7 to 11 of [Handler.ServeHTTP] but for the time that it
	// queues; default 30 s. A Locker or a Storage that hangs is bounded by it, too.
	Timeout time.Duration
	// Workers is how many generations compute at a time; default GOMAXPROCS. Reading originals and
	// storing thumbnails is not counted.
	Workers int

	// MaxSourceBytes limits the file size of an original; default 64 MiB.
	MaxSourceBytes int64
	// MaxPixels limits width × height of an original; default 250 million. How much of that can be
	// decoded is decided by MaxMemory: a JPEG that is decoded at a reduced size takes little. If the
	// frames of an animation, or of its thumbnail, have more pixels than that together, or are more than
	// 10,000, the first one is served as a still picture.
	MaxPixels int64
	// MaxWidth and MaxHeight limit a thumbnail, in pixels; default 4096. A side that follows from the
	// other one may be longer, up to 16,383, if the thumbnail has no more pixels than MaxWidth ×
	// MaxHeight.
	MaxWidth, MaxHeight int
	// MaxMemory limits what all generations in progress use, in bytes: originals and what is read of
	// them, decoded pixels, and thumbnails that are being sent; default 512 MiB. A generation waits until
	// its share is free; one that needs more than all of it is refused (422). Smaller ones that come
	// later and for which there is memory pass it, 64 times at most. An animated thumbnail takes up to
	// 40 MiB for the frames in work, and 3 bytes for each pixel of all frames; if that is too much, it is
	// a still picture.
	MaxMemory int64
	// MaxQueue limits how many generations wait for memory or a worker; default 256. QueueTimeout limits
	// how long one waits in all; default 10 s. Beyond either the answer is 503, at once for MaxQueue.
	// Work that waits and that no request waits for any more is dropped.
	MaxQueue     int
	QueueTimeout time.Duration

	// Responder answers with a stored thumbnail; default [response.Stream].
	Responder Responder
	// ServedElsewhere says that the files that response.Nginx, Apache or Redirect name are served
	// although Storage is no *storage.Dir: from a bucket, for instance.
	ServedElsewhere bool
	// CacheControl is the Cache-Control of a thumbnail; default "public, max-age=2592000", 30 days.
	CacheControl string
	// CacheControlVersioned is that of a thumbnail whose path has a version; default
	// "public, max-age=31536000, immutable".
	CacheControlVersioned string
	// ErrorHandler, if not nil, answers when there is no thumbnail, for example with a placeholder.
	// status is [StatusCode] of err. Cache-Control, Retry-After, WWW-Authenticate and Allow are set
	// already, Content-Type is not. It must not send err, which names paths and keys, to the client.
	ErrorHandler func(w http.ResponseWriter, r *http.Request, status int, err error)

	// Logger gets what went wrong, in full; default [slog.Default]. The server's faults are logged as
	// errors, overload and faults of an original (415, 422) as warnings, and what any client can cause
	// (400, 401, 404) at level Debug.
	Logger *slog.Logger
	// Observer, if not nil, is told of every request and every call of Generate, for metrics.
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
