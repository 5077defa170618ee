package thumbnail_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// interruptedListing is a storage during whose second listing something happens.
type interruptedListing struct {
	*storage.Memory
	listed *int
	during func()
}

func (s interruptedListing) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	if *s.listed++; *s.listed == 2 {
		s.during()
	}
	return s.Memory.List(ctx, prefix)
}

func TestTwoSweepsAtTheSameTimeRemoveNoMoreThanOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory, listed := storage.NewMemory(), 0
		s.Storage = memory
		quiet := s.handler(t)
		for i := range 9 {
			require.Equal(t, 200, get(quiet, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "crop", ".jpg")).Code)
			time.Sleep(time.Minute)
		}
		all, err := quiet.Sweep(t.Context(), thumbnail.Sweep{})
		require.NoError(t, err)
		sweep := thumbnail.Sweep{MaxBytes: all.KeptBytes * 2 / 3}
		var other thumbnail.Swept
		s.Storage = interruptedListing{memory, &listed, func() {
			other, err = quiet.Sweep(t.Context(), sweep)
			require.NoError(t, err)
		}}
		swept, err := s.handler(t).Sweep(t.Context(), sweep)
		require.NoError(t, err)
		assert.Zero(t, swept.Removed, "the other sweep has removed enough")
		assert.Equal(t, other.Kept, swept.Kept)
		assert.Equal(t, other.KeptBytes, swept.KeptBytes)
		assert.Positive(t, other.Removed)
	})
}
