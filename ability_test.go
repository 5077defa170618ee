package thumbnail_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

type wrappedStorage struct{ thumbnail.Storage }

func (w wrappedStorage) Unwrap() thumbnail.Storage { return w.Storage }

func TestAWrappedStorageStillRemoves(t *testing.T) {
	s := newSite(t)
	s.Storage = wrappedStorage{&countingStorage{Storage: storage.NewMemory()}}
	assert.Error(t, s.handler(t).Remove(t.Context(), "k.jpg"))
	s.Storage = wrappedStorage{wrappedStorage{storage.NewMemory()}}
	assert.NoError(t, s.handler(t).Remove(t.Context(), "k.jpg"))
}

// shade is a processor whose method takes an argument.
type shade struct{ args string }

func (s shade) With(args string) (thumbnail.Processor, error) {
	if args == "bad" {
		return nil, fmt.Errorf("bad")
	}
	return shade{args}, nil
}

func (s shade) Process(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
	spec, ok := thumbnail.SpecFromContext(ctx)
	if !ok || s.args != "" && spec.Method != "shade_"+s.args {
		return nil, fmt.Errorf("spec %v", spec)
	}
	return image.NewGray(image.Rect(0, 0, len(s.args)+1, 1)), nil
}

func TestAMethodMayHaveArguments(t *testing.T) {
	s := newSite(t)
	s.Processors = thumbnail.Processors{"shade": shade{}, "shade_exact": shade{}}
	h := s.handler(t)
	for method, width := range map[string]int{"shade": 1, "shade_4_2": 4, "shade_exact": 1, "shade_": 1} {
		w := get(h, s.url(t, "k.jpg", "5x5", method, ".png"))
		require.Equal(t, 200, w.Code, method)
		assert.Equal(t, width, sizeOf(t, w.Body.Bytes()).X, method)
	}
	for _, method := range []string{"shade_bad", "crop_1", "shad_1"} {
		assert.Equal(t, 400, get(h, s.url(t, "k.jpg", "5x5", method, ".png")).Code, method)
	}
}

type typedEncoder struct{ processors.PNG }

func (typedEncoder) ContentType() string { return "image/x-typed" }

func TestTheContentTypeIsThatOfTheEncoder(t *testing.T) {
	s := newSite(t)
	s.Encoders = thumbnail.Encoders{".x": typedEncoder{}}
	assert.Equal(t, "image/x-typed", get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".x")).Header().Get("Content-Type"))
}

func TestAnImpossibleConfigIsRefused(t *testing.T) {
	var none *storage.Memory
	root := t.TempDir()
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	again, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer again.Close()
	for want, change := range map[string]func(*thumbnail.Config){
		"Config.Source is a nil *storage.Memory":            func(c *thumbnail.Config) { c.Source = none },
		"Config.Storage is a nil *storage.Memory":           func(c *thumbnail.Config) { c.Storage = none },
		"Config.Storage and Config.Source overlap":          func(c *thumbnail.Config) { c.Source, c.Storage = dir, again },
		"Config.Signer is a nil *thumbnail.HMACSigner":      func(c *thumbnail.Config) { c.Signer = (*thumbnail.HMACSigner)(nil) },
		"Config.Locker is a nil *lock.Memory":               func(c *thumbnail.Config) { c.Locker = (*lock.Memory)(nil) },
		"Config.Responder is a nil *response.Nginx":         func(c *thumbnail.Config) { c.Responder = (*response.Nginx)(nil) },
		"Config.Observer is a nil *thumbnail_test.observer": func(c *thumbnail.Config) { c.Observer = (*observer)(nil) },
		"Config.Processors: \"crop\" is a nil *processors.Crop": func(c *thumbnail.Config) {
			c.Processors = thumbnail.Processors{"crop": (*processors.Crop)(nil)}
		},
		"Config.Encoders: \".png\" is a nil *processors.PNG": func(c *thumbnail.Config) {
			c.Encoders = thumbnail.Encoders{".png": (*processors.PNG)(nil)}
		},
		"response.Apache needs its Root": func(c *thumbnail.Config) { c.Responder = response.Apache{} },
		"response.Nginx names files that something else serves, and Config.Storage is no *storage.Dir": func(c *thumbnail.Config) {
			c.Responder = response.Nginx{Prefix: "/thumbs/"}
		},
		"response.Redirect names files that something else serves, and Config.Storage is no *storage.Dir": func(c *thumbnail.Config) {
			c.Responder = response.Redirect{Prefix: "/thumbs/"}
		},
		"DjangoSigner without a key":                    func(c *thumbnail.Config) { c.Signer = thumbnail.AnyOf(newSigner(t), thumbnail.DjangoSigner("")) },
		"HMACSigner without a key":                      func(c *thumbnail.Config) { c.Signer = &thumbnail.HMACSigner{} },
		"response.Nginx needs its Prefix":               func(c *thumbnail.Config) { c.Responder = response.Nginx{} },
		"response.Redirect needs its Prefix or its URL": func(c *thumbnail.Config) { c.Responder = &response.Redirect{} },
		"Config.Storage is no *storage.Dir":             func(c *thumbnail.Config) { c.Responder = response.Apache{Root: "/srv"} },
		"Config.Workers is negative":                    func(c *thumbnail.Config) { c.Workers = -1 },
	} {
		c := newSite(t).Config
		change(&c)
		for range 3 { // the same error each time
			_, err := thumbnail.NewHandler(c)
			assert.ErrorContains(t, err, want)
		}
	}
	_, err = thumbnail.NewHandler(thumbnail.Config{})
	assert.ErrorContains(t, err, "Config.Source is missing")
	c := newSite(t).Config
	c.Responder, c.ServedElsewhere = response.Apache{Root: "/srv"}, true
	_, err = thumbnail.NewHandler(c)
	assert.NoError(t, err)
}

func TestLimitsOfTheLargestIntegersAreValid(t *testing.T) {
	s := newSite(t)
	s.MaxSourceBytes, s.MaxPixels, s.MaxMemory = math.MaxInt64, math.MaxInt64, math.MaxInt64
	s.MaxWidth, s.MaxHeight, s.MaxQueue, s.Workers = math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt
	s.Timeout, s.Wait, s.QueueTimeout, s.LockTTL = math.MaxInt64, math.MaxInt64-1, math.MaxInt64, math.MaxInt64
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
	s.source.source = streamed{s.source.source}
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "51x50", "smart", ".gif")).Code)
}

func TestATooLargeResultIsErrTooLargeWhetherRequestedOrComputed(t *testing.T) {
	s := newSite(t)
	s.MaxWidth, s.MaxHeight = 100, 100
	h := s.handler(t)
	for size, status := range map[string]int{"101x": 400, "x90": 422, "x70": 200} { // 140x70 has fewer pixels than 100x100
		err := h.Generate(t.Context(), spec(t, "k.jpg", size, "crop", ".jpg"))
		assert.Equal(t, status, thumbnail.StatusCode(err), size)
		assert.Equal(t, status != 200, errors.Is(err, thumbnail.ErrTooLarge), size)
	}
}

func TestACustomProcessorBeyondTheLimitsIsRefused(t *testing.T) {
	for result, good := range map[image.Point]bool{{100, 100}: true, {101, 100}: false, {100, 101}: false, {200, 50}: true, {200, 51}: false, {5000, 5000}: false} {
		s := newSite(t)
		s.MaxWidth, s.MaxHeight = 100, 100
		s.Processors = thumbnail.Processors{"huge": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) {
			return image.NewGray(image.Rectangle{Max: result}), nil
		})}
		err := s.handler(t).Generate(t.Context(), spec(t, "k.jpg", "5x5", "huge", ".jpg"))
		if good {
			assert.NoError(t, err, "%v", result)
			continue
		}
		assert.ErrorIs(t, err, thumbnail.ErrTooLarge, "%v", result)
		assert.ErrorContains(t, err, "Config.MaxWidth")
		assert.Zero(t, s.storage.put.Load())
	}
}
