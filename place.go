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
	left     time.Duration // remaining part of it
	waited   time.Duration
	deserted func() <-chan struct{} // closed when no request waits for the flight
	abandon  func() bool            // ends the flight, unless a request waits again
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
		timer := time.NewTimer(max(0, p.left))
		defer timer.Stop()
		for {
			select {
			case <-ready:
				return nil
			case <-timer.C:
				return fmt.Errorf("%w: neither memory nor a worker was free within Config.QueueTimeout (%v)", ErrOverloaded, p.timeout)
			case <-p.deserted():
				if p.abandon() {
					return errDeserted
				}
			}
		}
	})
}
