package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// toy is a format whose header takes memory.
func toy(take int64, took *[]error) processors.Format {
	return processors.Format{
		Name: "toy", Match: func(head []byte) bool { return bytes.HasPrefix(head, []byte("TOY")) },
		Header: func(ctx context.Context, _ io.Reader) (processors.FormatHeader, error) {
			err := processors.Reserve(ctx, take)
			*took = append(*took, err)
			if err == nil {
				processors.Unreserve(ctx, take)
			}
			return processors.FormatHeader{Width: 20, Height: 10, Bytes: 8 << 20}, err
		},
		Decode: func(context.Context, []byte) (image.Image, error) {
			return image.NewNRGBA(image.Rect(0, 0, 20, 10)), nil
		},
	}
}

func TestAHeaderMayTakeAMegabyteAndThreeTimesItsFile(t *testing.T) {
	const file = 1 << 20
	data := append([]byte("TOY"), make([]byte, file-3)...)
	for take, status := range map[int64]int{1 << 20: 200, 4<<20 - 1000: 200, 4<<20 + 4: 422} {
		var took []error
		s := newSite(t)
		s.Formats = []processors.Format{toy(take, &took)}
		s.source.source = storage.FS(fstest.MapFS{"k.toy": {Data: data}})
		h := s.handler(t)
		assert.Equal(t, status, get(h, s.url(t, "k.toy", "5x5", "crop", ".jpg")).Code, "%d: %v", take, took)
		assert.Equal(t, take <= 1<<20, took[0] == nil, "the first attempt has a megabyte")
		assert.Zero(t, h.Stats().Memory)
	}
}

func TestTheMemoryOfTheFileIsNotForTheSteps(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 8<<20)...)}})
	s.Processors = thumbnail.Processors{"greedy": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		if err := processors.Reserve(ctx, 5<<20); err != nil {
			return nil, err
		}
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "greedy", ".jpg")).Code)
}

func TestAnOriginalMayHaveAtMostMaxSourceBytes(t *testing.T) {
	for _, n := range []int{5000, 256 << 10, 256<<10 + 1, 1 << 20, 4 << 20} {
		data := photo(t, 40, 30)
		data = append(data, make([]byte, n-len(data))...)
		for name, open := range map[string]func() fs.File{
			"of a known size": func() fs.File {
				return storage.NewFile(bytes.NewReader(data), storage.Info{Name: "k.jpg"})
			},
			"of none": func() fs.File { return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg"}) },
			"of a known size that can't seek": func() fs.File {
				return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg", Size: int64(n)})
			},
		} {
			for limit, status := range map[int]int{n - 1: 422, n: 200, n + 1: 200} {
				s := newSite(t)
				s.MaxSourceBytes = int64(limit)
				s.source.open = func(context.Context, string) (fs.File, error) { return open(), nil }
				h := s.handler(t)
				assert.Equal(t, status, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, "%d bytes %s, limit %d", n, name, limit)
				assert.Zero(t, h.Stats().Memory)
			}
		}
	}
}

func TestADescriberReadsAtMostMaxBytes(t *testing.T) {
	data := photo(t, 200, 100)
	for extra, ok := range map[int64]bool{1: true, 0: true, -1: false} {
		d := thumbnail.Describer{Color: true, MaxSourceBytes: int64(len(data)) + extra}
		info, err := d.Describe(t.Context(), storage.FS(fstest.MapFS{"k.jpg": {Data: data}}), "k.jpg")
		if ok {
			assert.NoError(t, err, extra)
			assert.NotEmpty(t, info.Color, extra)
		} else {
			assert.ErrorIs(t, err, thumbnail.ErrTooLarge, extra)
		}
	}
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
