package thumbnail_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

type (
	wrappedSigner    struct{ thumbnail.Signer }
	wrappedLocker    struct{ thumbnail.Locker }
	wrappedResponder struct{ thumbnail.Responder }
	wrappedProcessor struct{ thumbnail.Processor }
	wrappedEncoder   struct{ thumbnail.Encoder }
	wrappedSource    struct{ thumbnail.Source }
	wrappedFile      struct{ fs.File }
)

func (w wrappedSigner) Unwrap() thumbnail.Signer       { return w.Signer }
func (w wrappedLocker) Unwrap() thumbnail.Locker       { return w.Locker }
func (w wrappedResponder) Unwrap() thumbnail.Responder { return w.Responder }
func (w wrappedProcessor) Unwrap() thumbnail.Processor { return w.Processor }
func (w wrappedEncoder) Unwrap() thumbnail.Encoder     { return w.Encoder }
func (w wrappedFile) Unwrap() fs.File                  { return w.File }

func (w wrappedSource) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := w.Source.Open(ctx, key)
	return wrappedFile{f}, err
}

// NewHandler finds the same abilities in wrapped values as in unwrapped ones.
func TestAbilitiesAreLoggedAndFoundThroughUnwrap(t *testing.T) {
	found := func(change func(*thumbnail.Config)) string {
		var log bytes.Buffer
		noTime := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		memory := storage.NewMemory()
		c := thumbnail.Config{
			Source: storage.FS(fstest.MapFS{}), Storage: memory, Signer: thumbnail.DjangoSigner("a secret of at least 16 bytes"), Locker: lock.NewMemory(),
			Responder: response.Stream{}, Processors: thumbnail.Processors{"smart": processors.Smart{}, "focus": processors.Focus{}},
			Encoders: thumbnail.Encoders{".gif": processors.GIF{}, ".png": processors.PNG{}},
			Logger:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: noTime})),
		}
		change(&c)
		_, err := thumbnail.NewHandler(c)
		require.NoError(t, err)
		return log.String()
	}
	plain := found(func(*thumbnail.Config) {})
	for _, want := range []string{
		`"storage removes all"=true`, `"storage lists"=true`, `"storage removes one"=true`, `"storage is local"=true`, `"locker waits"=true`, `"signer formats sizes"=true`, `"responder streams"=true`,
		`"methods that plan"="[crop entropy fit focus pad scale smart]"`, `locate="[entropy smart]"`, `"have arguments"="[focus`, `"extensions that animate"="[.gif .webp]"`, `"have contexts"="[.gif .jpeg .jpg .png .webp]"`,
		`"keep originals"="[.gif .jpeg .jpg .png .webp]"`, `"estimate memory"="[.gif .jpeg .jpg .png .webp]"`, `"limit pixels"=[]`,
	} {
		assert.Contains(t, plain, want)
	}
	assert.Equal(t, plain, found(func(c *thumbnail.Config) {
		c.Storage, c.Signer, c.Locker, c.Responder = wrappedStorage{c.Storage}, wrappedSigner{c.Signer}, wrappedLocker{c.Locker}, wrappedResponder{c.Responder}
		c.Processors = thumbnail.Processors{"smart": wrappedProcessor{processors.Smart{}}, "focus": wrappedProcessor{wrappedProcessor{processors.Focus{}}}}
		c.Encoders = thumbnail.Encoders{".gif": wrappedEncoder{processors.GIF{}}, ".png": wrappedEncoder{processors.PNG{}}}
	}))
}

func TestAWrappedSignerStillFormatsSizes(t *testing.T) {
	django := thumbnail.DjangoSigner("a secret of at least 16 bytes")
	s := spec(t, "k.jpg", "50x", "crop", ".jpg")
	want, err := thumbnail.URL("/", django, s)
	require.NoError(t, err)
	for _, signer := range []thumbnail.Signer{wrappedSigner{django}, wrappedSigner{wrappedSigner{django}}, thumbnail.AnyOf(wrappedSigner{django}, newSigner(t))} {
		got, err := thumbnail.URL("/", signer, s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestAWrappedFileStillSeeks(t *testing.T) {
	file := photo(t, 3000, 2000)
	source := wrappedSource{storage.FS(fstest.MapFS{"k.jpg": {Data: file}})}
	info, err := thumbnail.Describer{MaxSourceBytes: 100}.Describe(t.Context(), source, "k.jpg")
	require.NoError(t, err, "it need not be read whole, so that it may be longer than MaxSourceBytes")
	assert.Equal(t, 3000, info.Width)
	s := newSite(t)
	s.Source = source
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
}
