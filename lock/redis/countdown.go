package redis

import (
	"sync"
	"time"
)

// steps is how many parts a countdown has.
const steps = 10

// A countdown calls a function when a time has passed in which this process could run. It has steps, each of which begins when the end
// of the last one was noticed: where goroutines wait long for a CPU, or the process was stopped, every step takes that much longer, as
// do the few things that have to run before an answer of Redis is seen. A clock alone would say that Redis is down.
type countdown struct {
	mu    sync.Mutex
	timer *time.Timer
	left  int // steps; 0 when it is over
}

func startCountdown(d time.Duration, f func()) *countdown {
	c := &countdown{left: steps}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(d/steps, func() {
		if c.step(d / steps) {
			f()
		}
	})
	return c
}

// step begins the next step, and reports whether that was the last one.
func (c *countdown) step(d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		return false
	}
	if c.left--; c.left == 0 {
		return true
	}
	c.timer.Reset(d)
	return false
}

// stop ends the countdown. The function may be running already.
func (c *countdown) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = 0
	c.timer.Stop()
}
