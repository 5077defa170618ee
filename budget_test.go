package thumbnail_test

import (
	"context"
	"image"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
)

// hesitantStorage finds out that a thumbnail is missing at the moment at which the request's time is used up.
type hesitantStorage struct {
	thumbnail.Storage
	opened *int
}

func (s hesitantStorage) Open(_ context.Context, key string) (fs.File, error) {
	if *s.opened++; *s.opened == 1 {
		time.Sleep(30 * time.Second)
	}
	return nil, &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
}

func TestTimeThatIsUsedUpBeforeTheGenerationBeginsIsNotGivenAgain(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.Storage = hesitantStorage{s.storage, new(int)}
			s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})}
			start := time.Now()
			assert.Equal(t, 503, get(s.handler(t), s.url(t, "k.jpg", "9x9", "hang", ".jpg")).Code)
			assert.LessOrEqual(t, time.Since(start), 31*time.Second)
		})
	}
}
