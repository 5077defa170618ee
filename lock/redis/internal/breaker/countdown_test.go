package breaker

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACountdownThatIsStoppedCallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []time.Duration{0, 50 * time.Millisecond, 950 * time.Millisecond} {
			c := startCountdown(new(atomic.Int64), func() { t.Error("called") })
			time.Sleep(after)
			c.stop()
			c.stop()
		}
		time.Sleep(time.Minute)
	})
}

// While the test holds the mutex, no step is counted, as in a stopped process.
func TestACountdownDoesNotCountWhileTheProcessCannotRun(t *testing.T) {
	t.Parallel()
	called := make(chan time.Time, 1)
	c := startCountdown(new(atomic.Int64), func() { called <- time.Now() })
	c.mu.Lock()
	time.Sleep(2 * Timeout)
	free := time.Now()
	c.mu.Unlock()
	require.GreaterOrEqual(t, (<-called).Sub(free), Timeout/2)
}

func TestRedisIsNotDownWhileItAnswersOthers(t *testing.T) {
	for answerAfter, want := range map[time.Duration]time.Duration{
		2 * time.Second: 2 * time.Second,
		time.Minute:     3 * time.Second, // possibly only one node of a cluster is down
	} {
		synctest.Test(t, func(t *testing.T) {
			b := new(Breaker)
			for i := range 6 { // other commands, 0.45 s apart
				go Run(t.Context(), b, "other", func(context.Context) (bool, error) {
					time.Sleep(time.Duration(i) * 450 * time.Millisecond)
					return true, nil
				}, nil)
			}
			began := time.Now()
			_, err := Run(t.Context(), b, "key", func(ctx context.Context) (bool, error) {
				select {
				case <-time.After(answerAfter):
				case <-ctx.Done():
				}
				return true, ctx.Err()
			}, nil)
			assert.Equal(t, want, time.Since(began))
			assert.Equal(t, answerAfter > want, errors.Is(err, ErrDown))
			time.Sleep(time.Minute) // until the other commands have ended
		})
	}
}
