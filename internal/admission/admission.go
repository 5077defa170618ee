// Package admission bounds what generations take at a time: bytes of memory, workers, and places in the
// queue for both.
package admission

import (
	"errors"
	"fmt"
	"sync"
)

// The errors of requests that are not admitted.
var (
	ErrOverloaded = errors.New("thumbnail: too many generations")
	// ErrQueueFull is the error of a request that arrives while Limits.Queue others wait. It matches ErrOverloaded.
	ErrQueueFull = fmt.Errorf("%w: Config.MaxQueue of them wait already", ErrOverloaded)
)

// maxPassed is the number of times that other generations may overtake a waiting one. After that, no other generation
// gets memory first.
const maxPassed = 64

// Limits are the amounts that a Control may hand out.
type Limits struct {
	Memory  int64 // bytes
	Workers int
	Queue   int // maximum number of requests that wait, for memory and for a worker together
}

// A Control hands out memory and workers, in the order of the requests. A generation that waits for memory holds
// no memory, and a generation that holds a worker waits for nothing, so generations do not deadlock. An upload
// is the exception: while it is read, it may wait for more memory and keep the memory that it holds. If only
// waiting uploads hold memory, the upload that arrived last is refused. Any number of goroutines may share a
// Control.
type Control struct {
	limits Limits

	mu        sync.Mutex
	used      int64 // bytes of memory in use, results included
	results   int64 // bytes of memory held by results that are being sent
	busy      int
	forMemory []*ticket
	forWorker []*ticket // empty while a worker is free
}

// New returns a Control with these limits.
func New(l Limits) *Control { return &Control{limits: l} }

// A ticket is a place in one of the queues.
type ticket struct {
	need    int64 // bytes
	holds   int64 // bytes that a growing upload already holds; else 0
	passed  int   // number of times that another ticket overtook this one
	ready   chan struct{}
	refused bool // not granted; set before ready is closed
}

// A Waiter decides how long a request waits.
type Waiter interface {
	// Wait returns nil when ready is closed, or an error when waiting longer is pointless.
	Wait(ready <-chan struct{}) error
}

// Load is the amounts in use.
type Load struct {
	Working int   // workers
	Queued  int   // requests that wait for memory or a worker
	Memory  int64 // bytes
}

// Load returns a snapshot.
func (c *Control) Load() Load {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Load{Working: c.busy, Queued: c.queued(), Memory: c.used}
}

// Full reports whether a new request would have to queue for a worker and the queue is full.
func (c *Control) Full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.busy >= c.limits.Workers && c.queued() >= c.limits.Queue
}

func (c *Control) queued() int { return len(c.forMemory) + len(c.forWorker) }

// Reserve waits until need bytes are free and takes them. If the request had to wait, the error is that of
// w.Wait, or ErrQueueFull.
func (c *Control) Reserve(need int64, w Waiter) (*Reservation, error) {
	c.mu.Lock()
	if c.fits(need) && c.mayPass(len(c.forMemory)) {
		c.pass(len(c.forMemory))
		c.used += need
		c.mu.Unlock()
		return &Reservation{c: c, size: need}, nil
	}
	t, err := c.enqueue(&c.forMemory, need)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := w.Wait(t.ready); err != nil && c.cancel(&c.forMemory, t) {
		return nil, err
	}
	return &Reservation{c: c, size: need}, nil
}

// untangle breaks a deadlock of uploads that wait for each other: it refuses the upload that arrived last.
func (c *Control) untangle() {
	held, last := int64(0), -1
	for i, t := range c.forMemory {
		if t.holds > 0 {
			held, last = held+t.holds, i
		}
	}
	if last < 0 || c.used > held {
		return
	}
	t := c.forMemory[last]
	c.forMemory = append(c.forMemory[:last], c.forMemory[last+1:]...)
	t.refused = true
	close(t.ready)
}

// Worker waits for a worker. release frees the worker.
func (c *Control) Worker(w Waiter) (release func(), err error) {
	c.mu.Lock()
	if c.busy < c.limits.Workers {
		c.busy++
		c.mu.Unlock()
		return c.releaseWorker, nil
	}
	t, err := c.enqueue(&c.forWorker, 0)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := w.Wait(t.ready); err != nil && c.cancel(&c.forWorker, t) {
		return nil, err
	}
	return c.releaseWorker, nil
}

func (c *Control) enqueue(queue *[]*ticket, need int64) (*ticket, error) {
	if c.queued() >= c.limits.Queue {
		return nil, ErrQueueFull
	}
	t := &ticket{need: need, ready: make(chan struct{})}
	*queue = append(*queue, t)
	return t, nil
}

// cancel removes a ticket from its queue. It returns false if the ticket has been served meanwhile.
func (c *Control) cancel(queue *[]*ticket, t *ticket) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, other := range *queue {
		if other == t {
			*queue = append((*queue)[:i], (*queue)[i+1:]...)
			c.grant() // the ticket may have blocked later tickets
			return true
		}
	}
	return false
}

func (c *Control) releaseWorker() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.forWorker) == 0 {
		c.busy--
		return
	}
	t := c.forWorker[0] // this ticket gets the worker
	c.forWorker = c.forWorker[1:]
	close(t.ready)
}

// grant gives memory to waiting tickets in their order, as long as there is enough. If a ticket needs more
// than is free, later tickets may overtake it, at most maxPassed times.
func (c *Control) grant() {
	defer c.untangle()
	for i := 0; i < len(c.forMemory); {
		t := c.forMemory[i]
		if !c.mayPass(i) {
			return
		}
		if !c.fits(t.need) {
			i++
			continue
		}
		c.pass(i)
		c.used += t.need
		c.forMemory = append(c.forMemory[:i], c.forMemory[i+1:]...)
		close(t.ready)
	}
}

func (c *Control) fits(need int64) bool { return need <= c.limits.Memory-c.used }

// mayPass reports whether the first n tickets in the queue may be overtaken.
func (c *Control) mayPass(n int) bool {
	for _, t := range c.forMemory[:n] {
		if t.passed >= maxPassed {
			return false
		}
	}
	return true
}

func (c *Control) pass(n int) {
	for _, t := range c.forMemory[:n] {
		t.passed++
	}
}
