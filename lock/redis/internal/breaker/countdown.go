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

// A countdown detects an outage. It calls a function when Redis has answered no command for Timeout, or after
// maxLaps times Timeout in any case, because a command may wait for the only node of a cluster that is down.
//
// A timer would not be sufficient. If a thousand goroutines need two CPUs, more than a second may pass until
// a goroutine reads an answer that has already arrived. If that counted as an outage, handlers would work
// without locks, and make an overload worse. So each answer to another command starts the countdown again.
// The countdown consists of steps, and a step begins when the end of the previous one has been noticed. So the
// time in which the process is stopped counts as one step.
type countdown struct {
	answers *atomic.Int64 // replies of Redis to all commands

	mu         sync.Mutex
	timer      *time.Timer
	heard      int64 // value of answers at the end of the last step
	left, most int   // numbers of steps; the countdown ends when left is 0
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
