package retry

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

func TestPausesGrowToTwoSecondsAndAreRandomByHalf(t *testing.T) {
	for n, most := range []time.Duration{50, 100, 200, 400, 800, 1600, 2000, 2000} {
		most *= time.Millisecond
		seen := map[time.Duration]bool{}
		for range 100 {
			p := pause(n)
			require.GreaterOrEqual(t, p, most/2)
			require.Less(t, p, most)
			seen[p] = true
		}
		require.Greater(t, len(seen), 10)
	}
	require.LessOrEqual(t, pause(1<<30), maxPause)
}

func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Timeout: 10 * time.Second, Stall: 4 * time.Second}
		tries, start := 0, time.Now()
		err := p.Do(t.Context(), func(context.Context, func()) error {
			tries++
			return failure.Passing{Err: context.DeadlineExceeded}
		})
		require.ErrorContains(t, err, "gave up")
		require.LessOrEqual(t, time.Since(start), p.Timeout)
		require.Greater(t, time.Since(start), p.Timeout/2)
		require.Less(t, tries, 30)

		start = time.Now()
		err = p.Do(t.Context(), func(ctx context.Context, _ func()) error {
			<-ctx.Done()
			return ctx.Err()
		})
		require.ErrorContains(t, err, "gave up")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.LessOrEqual(t, time.Since(start), p.Timeout)
	})
}
