package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// contexts collects the contexts that a handler passes on.
type contexts struct {
	mu  sync.Mutex
	all map[string]context.Context
}

func (c *contexts) add(what string, ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[what] = ctx
}

type lockFunc func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error)

func (f lockFunc) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	return f(ctx, key, ttl)
}

type putFunc struct {
	*storage.Memory
	put func(ctx context.Context, key string, r io.Reader) error
}

func (f putFunc) Put(ctx context.Context, key string, r io.Reader) error { return f.put(ctx, key, r) }

func TestEveryContextOfAGenerationEndsWithIt(t *testing.T) {
	for _, locked := range []bool{true, false} {
		s := newSite(t)
		c := &contexts{all: map[string]context.Context{}}
		memory, locks := storage.NewMemory(), lock.NewMemory()
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			c.add("source", ctx)
			return s.source.source.Open(ctx, key)
		}
		s.Storage = putFunc{memory, func(ctx context.Context, key string, r io.Reader) error {
			c.add("put", ctx)
			return memory.Put(ctx, key, r)
		}}
		s.Locker = lockFunc(func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
			c.add("lock", ctx)
			if !locked {
				return nil, false, errBoom
			}
			return locks.TryLock(ctx, key, ttl)
		})
		s.Processors = thumbnail.Processors{"crop": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
			c.add("process", ctx)
			return working(0)(ctx, src, w, h)
		})}
		require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		require.Len(t, c.all, 4)
		for what, ctx := range c.all {
			assert.ErrorIs(t, ctx.Err(), context.Canceled, "%s, locked: %v", what, locked)
		}
	}
}

func TestAThumbnailThatIsBusyHasNoMissingOriginal(t *testing.T) {
	s := newSite(t)
	s.Locker = onlyLocker{heldLocker{}}
	s.Wait = time.Nanosecond
	assert.Equal(t, 404, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.NotContains(t, s.log.String(), "does not have")
}

// keeping is a storage that removes nothing.
type keeping struct{ *storage.Memory }

func (keeping) Remove(context.Context, string) error    { return errBoom }
func (keeping) RemoveAll(context.Context, string) error { return errBoom }

func TestWhatCannotBeRemovedIsKeptAndCounted(t *testing.T) {
	s := newSite(t)
	s.Storage = keeping{storage.NewMemory()}
	h := s.handler(t)
	for _, size := range []string{"5x5", "6x6", "7x7"} {
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", size, "crop", ".jpg")).Code)
	}
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{Keep: func(thumbnail.Entry) bool { return false }})
	assert.ErrorIs(t, err, errBoom)
	assert.ErrorContains(t, err, "3 thumbnails could not be removed")
	assert.Equal(t, 3, swept.Kept)
	assert.Zero(t, swept.Removed)
	assert.ErrorIs(t, h.Ping(t.Context()), errBoom, "a file of a Ping that can't be removed is an error")
}

// other is a storage whose files have another content.
type other struct {
	thumbnail.Storage
}

func (other) Open(context.Context, string) (fs.File, error) {
	return storage.NewFile(strings.NewReader("of another process"), storage.Info{}), nil
}

func TestPingComparesTheContentOnlyIfItsKeyIsItsOwn(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = other{s.storage} // it can't remove, so all processes share a file
	assert.NoError(t, s.handler(t).Ping(t.Context()))
	s.Storage = struct {
		other
		storage.Deleter
	}{other{s.storage}, memory}
	assert.ErrorContains(t, s.handler(t).Ping(t.Context()), "not what was stored")
}

// untimed is a source in memory whose files have no times, but may have entity tags.
type untimed struct {
	*storage.Memory
	opened *atomic.Int64
	tag    string
}

func (u untimed) Open(ctx context.Context, key string) (fs.File, error) {
	u.opened.Add(1)
	f, err := u.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return storage.NewFile(bytes.NewReader(data), storage.Info{Name: key, Size: int64(len(data)), ETag: u.tag}), err
}

func TestAnOriginalWithoutTimeAndTagIsReadAgainOnlyIfGenerateSaysSo(t *testing.T) {
	for _, tag := range []string{"", `"tag"`} {
		for _, said := range []bool{false, true} {
			s := newSite(t)
			source := untimed{storage.NewMemory(), new(atomic.Int64), tag}
			require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 200, 100))))
			s.Source = source
			gate, processed := newGate(), atomic.Int64{}
			s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
				processed.Add(1)
				gate.pass()
				return working(0)(ctx, src, w, h)
			}), "crop": processors.Crop{}}
			h := s.handler(t)
			done := make(chan int)
			go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg")).Code }()
			gate.await(t, 1)
			if said {
				require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
			}
			close(gate.open)
			require.Equal(t, 200, <-done)
			want := int64(1)
			if said && tag == "" {
				want = 2
			}
			assert.Equal(t, want, processed.Load(), "tag %q, Generate: %v", tag, said)
		}
	}
}

func TestASourceThatHangsIsDeadlineExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.Timeout = o, 3*time.Second
		s.source.open = func(ctx context.Context, _ string) (fs.File, error) { <-ctx.Done(); return nil, ctx.Err() }
		assert.Equal(t, 503, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		assert.ErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
		assert.ErrorContains(t, o.events[0].Err, "after 3s")
	})
}

func TestAJoinerThatGivesUpLeavesNoMemoryBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Second
		s.storage.failPut = func() error { return errBoom } // answers from memory
		s.Processors = thumbnail.Processors{"work": working(3 * time.Second)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		done := make(chan int)
		for range 3 {
			go func() { done <- get(h, url).Code }()
			synctest.Wait()
		}
		assert.Equal(t, []int{404, 404, 200}, []int{<-done, <-done, <-done})
		assert.Zero(t, h.Stats().Memory)
	})
}

// aiming is a processor whose focal points are the arguments args.
type aiming struct {
	processorFunc
	args string
}

func (a aiming) FocusArgs(_, _ int) string { return a.args }
func (a aiming) With(args string) (thumbnail.Processor, error) {
	if args != "good" {
		return nil, errBoom
	}
	return a, nil
}

func TestAFocalPointThatHasNoMethodIsLeftOut(t *testing.T) {
	for args, method := range map[string]string{"good": "aim_good", "bad": "aim", "not a word": "aim", "": "aim"} {
		s := newSite(t)
		s.Processors = thumbnail.Processors{"aim": aiming{working(0), args}}
		s.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Method: "aim"}}
		img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Focus: image.Pt(1, 2)}}, "p")
		require.NoError(t, err)
		assert.Contains(t, img.Src, "/"+method+"/", args)
	}
}

func TestAnErrorOfAFunctionNamesItsArgument(t *testing.T) {
	for text, part := range map[string]string{
		`{{img . 17 "alt" ""}}`: "{{img}}: 17 is not the name of a preset",
		`{{img .}}`:             "{{img}}: a picture or a preset is missing",
		`{{srcset . "none"}}`:   `{{srcset … "none"}}`,
	} {
		_, err := renderWith(t, siteLinks(t), text, "a.jpg")
		assert.ErrorContains(t, err, part)
	}
}

func TestTheWidthsThatBrowsersChooseFromAreTheDocumentedOnes(t *testing.T) {
	for width, want := range map[int]string{
		2000: "320 480 640 960 1280 2000 2560 4000", 256: "256 320 512", 255: "255 320 510", 257: "257 514", 1600: "320 480 640 960 1280 1600 2560 3200",
		1601: "320 480 640 960 1280 1601 2560 3202", 384: "384 480 768", 385: "385 770",
	} {
		l := siteLinks(t)
		l.Presets["p"] = thumbnail.Preset{Size: size(width, 0), Method: "scale"}
		img, err := l.Image("a.jpg", "p")
		require.NoError(t, err)
		var widths []string
		for _, file := range sizesIn(img.Srcset) {
			w, _, _ := strings.Cut(file, "x")
			widths = append(widths, w)
		}
		assert.Equal(t, want, strings.Join(widths, " "), width)
	}
}

// restless is a file whose modification time is later at each Stat.
type restless struct {
	fs.File
	n *atomic.Int64
}

func (r restless) Stat() (fs.FileInfo, error) {
	info, err := r.File.Stat()
	if err != nil {
		return nil, err
	}
	return laterInfo{info, time.Unix(r.n.Add(1), 0)}, nil
}

type laterInfo struct {
	fs.FileInfo
	at time.Time
}

func (l laterInfo) ModTime() time.Time { return l.at }

func TestAnOriginalThatAlwaysChangesIsNotCalledALackOfMemory(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	var n atomic.Int64
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		f, err := s.source.source.Open(ctx, key)
		return restless{f, &n}, err
	}
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 503, w.Code)
	assert.ErrorContains(t, o.events[0].Err, "changes while it is read")
	assert.NotErrorIs(t, o.events[0].Err, thumbnail.ErrOverloaded)
}

func TestAResponderThatWritesNothingIsAnEmpty200(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(http.ResponseWriter, *http.Request, string, fs.File) error { return nil })
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code)
	assert.Empty(t, w.Body.String())
	assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
}

func TestAStoredHalfIsClosed(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	var open atomic.Int64
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		open.Add(1)
		return &closes{f, &open}, nil
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, memory.Put(t.Context(), url[1:], strings.NewReader("half")))
	require.Equal(t, 200, get(h, url).Code)
	assert.Zero(t, open.Load())
}

func TestAnAnimatedUploadHasAColor(t *testing.T) {
	h := newSite(t).handler(t)
	frames := []*image.Paletted{image.NewPaletted(image.Rect(0, 0, 40, 30), palette.Plan9), image.NewPaletted(image.Rect(0, 0, 40, 30), palette.WebSafe)}
	for i := range frames[0].Pix {
		frames[0].Pix[i] = 77
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: []int{5, 5}}))
	data := b.Bytes()
	info, err := h.Check(t.Context(), bytes.NewReader(data))
	require.NoError(t, err)
	want, err := thumbnail.Describer{Color: true}.Describe(t.Context(), storage.FS(fstest.MapFS{"a.gif": {Data: data}}), "a.gif")
	require.NoError(t, err)
	assert.Equal(t, want, info)
	assert.NotEmpty(t, info.Color)
}

func TestAPanicOfCloseAfterTheAnswerIsOnlyLogged(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		return panicsAtClose{f}, err
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	for range 2 {
		require.Equal(t, 200, get(h, url).Code)
	}
	assert.NoError(t, o.events[1].Err)
	assert.Equal(t, thumbnail.OutcomeStored, o.events[1].Outcome)
	assert.Contains(t, s.log.String(), "at close")
}

type panicsAtClose struct{ fs.File }

func (panicsAtClose) Close() error { panic(errors.New("at close")) }
