package redis

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestACountdownThatIsStoppedCallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []time.Duration{0, 50 * time.Millisecond, 950 * time.Millisecond} {
			c := startCountdown(time.Second, func() { t.Error("called") })
			time.Sleep(after)
			c.stop()
			c.stop()
		}
		time.Sleep(time.Minute)
	})
}

// Whoever has the mutex keeps a step from being noticed, as a busy or stopped process does.
func TestACountdownDoesNotCountWhileTheProcessCannotRun(t *testing.T) {
	const d = 200 * time.Millisecond
	called := make(chan time.Time, 1)
	c := startCountdown(d, func() { called <- time.Now() })
	c.mu.Lock()
	time.Sleep(5 * d)
	free := time.Now()
	c.mu.Unlock()
	require.GreaterOrEqual(t, (<-called).Sub(free), d/2)
}
