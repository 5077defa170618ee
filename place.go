package thumbnail

import (
	"errors"
	"fmt"
	"time"
)

// errDeserted is the error of work that was dropped because no request waits for it any more.
var errDeserted = errors.New("thumbnail: nobody waits for it any more")

// A place is how a generation queues: it has a limited wait, and requests that may stop waiting.
type place struct {
	budget   *budget       // paused while the generation queues
	timeout  time.Duration // Config.QueueTimeout
	left     time.Duration // remaining part of timeout
	waited   time.Duration
	leaving  func() <-chan struct{} // closed when the last request that waits for the flight leaves
	deserted func() bool            // false if a request waits again
}

// Wait implements [admission.Waiter].
func (p *place) Wait(ready <-chan struct{}) error {
	start := time.Now()
	defer func() {
		d := time.Since(start)
		p.waited += d
		p.left -= d
	}()
	return p.budget.paused(func() error {
		timeout := time.After(p.left)
		for {
			select {
			case <-ready:
				return nil
			case <-timeout:
				return fmt.Errorf("%w: neither memory nor a worker was free within Config.QueueTimeout (%v)", ErrOverloaded, p.timeout)
			case <-p.leaving():
				if p.deserted() {
					return errDeserted
				}
			}
		}
	})
}
