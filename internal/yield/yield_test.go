package yield

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func TestAWorkerYieldsOnceAMillisecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		yields := 0
		y := yieldingTo(ctx, func() { yields++ })
		within := codec.WithAccount(y, codec.NewAccount(1))
		for range 10 {
			assert.NoError(t, within.Err())
			time.Sleep(every / 4)
		}
		assert.Equal(t, 2, yields)
		time.Sleep(time.Hour)
		assert.NoError(t, within.Err())
		assert.NoError(t, within.Err())
		assert.Equal(t, 3, yields)
		cancel()
		assert.ErrorIs(t, within.Err(), context.Canceled)
	})
}
