package breaker

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// steps is the number of steps of a countdown.
	steps = 10
	// maxLaps is the factor by which the timeout may be extended while other commands are answered.
	maxLaps = 3
)

// A countdown calls a function when Timeout has passed in which Redis answered nobody,
// though this process could have heard it; or maxLaps times Timeout, since what a command
// waits for may be the one node of a cluster that is down.
//
// A clock alone would not do. Where a thousand goroutines want two CPUs, a command may well take
// more than a second from its first byte to the moment when somebody looks at the answer. To take
// that for an outage means to go on without locks, and to add work where there is too much already.
// So each answer to another command begins the countdown anew. It has steps, of which each begins
// when the end of the last one was noticed: that a process was stopped for a while counts as one.
type countdown struct {
	answers *atomic.Int64 // replies of Redis to all commands

	mu         sync.Mutex
	timer      *time.Timer
	heard      int64 // value of answers at the end of the last step
	left, most int   // steps; left is 0 at the end
}

func startCountdown(answers *atomic.Int64, f func()) *countdown {
	c := &countdown{answers: answers, heard: answers.Load(), left: steps, most: maxLaps * steps}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(Timeout/steps, func() {
		if c.step() {
			f()
		}
	})
	return c
}

// step begins the next step. It returns true if the last one was complete.
func (c *countdown) step() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		return false
	}
	if answers := c.answers.Load(); answers != c.heard {
		c.heard, c.left = answers, steps
	}
	c.left--
	c.most--
	if c.left == 0 || c.most == 0 {
		c.left = 0
		return true
	}
	c.timer.Reset(Timeout / steps)
	return false
}

// stop ends the countdown. Its function may already be running.
func (c *countdown) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = 0
	c.timer.Stop()
}
