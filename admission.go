package thumbnail

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxPassed is how often smaller generations that arrived later may overtake a generation that waits for
// memory. After that, no other generation gets memory first.
const maxPassed = 64

// An admission hands out the bytes of Config.MaxMemory and the places of Config.Workers, in the order of
// the requests. A generation that waits for memory holds none, and a generation that holds a worker waits
// for nothing, so generations do not deadlock. An upload is the exception: while it is read, it waits for
// more memory and keeps what it holds. When only such uploads hold memory, the one that arrived last is
// refused.
type admission struct {
	maxMemory int64
	workers   int
	maxQueue  int

	mu        sync.Mutex
	used      int64 // bytes of memory in use, results included
	results   int64 // bytes of memory held by results that are being sent
	busy      int
	forMemory []*ticket
	forWorker []*ticket
}

// A ticket is a place in one of the queues.
type ticket struct {
	need    int64 // bytes
	holds   int64 // bytes that it already has, if it is a growing upload
	passed  int   // how often another ticket overtook it
	ready   chan struct{}
	refused bool // not granted; set before ready is closed
}

// A queuer waits for admission.
type queuer interface {
	// wait returns nil when ready is closed, or an error when waiting longer is pointless.
	wait(ready <-chan struct{}) error
}

// errQueueFull is the error for a request that arrives while Config.MaxQueue others wait.
var errQueueFull = fmt.Errorf("%w: Config.MaxQueue of them wait already", ErrOverloaded)

// errDeserted is the error of work that was dropped because nobody waits for it any more.
var errDeserted = errors.New("thumbnail: nobody waits for it any more")

// full reports whether a new request would have to queue for a worker and the queue is full.
func (a *admission) full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.busy >= a.workers && a.queued() >= a.maxQueue
}

func (a *admission) queued() int { return len(a.forMemory) + len(a.forWorker) }

// reserve waits until need bytes are free and takes them.
func (a *admission) reserve(need int64, q queuer) (*reservation, error) {
	a.mu.Lock()
	if a.fits(need) && a.mayPass(len(a.forMemory)) {
		a.pass(len(a.forMemory))
		a.used += need
		a.mu.Unlock()
		return &reservation{a: a, size: need}, nil
	}
	t, err := a.enqueue(&a.forMemory, need)
	a.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := q.wait(t.ready); err != nil && a.cancel(&a.forMemory, t) {
		return nil, err
	}
	return &reservation{a: a, size: need}, nil
}

// await enlarges the reservation. It waits for the memory ahead of the requests that hold none.
func (r *reservation) await(size int64, q queuer) error {
	if r.grow(size) {
		return nil
	}
	a := r.a
	a.mu.Lock()
	t, err := a.enqueue(&a.forMemory, size-r.size)
	if err == nil {
		t.holds = r.size
		i := len(a.forMemory) - 1
		for ; i > 0 && a.forMemory[i-1].holds == 0; i-- {
			a.forMemory[i] = a.forMemory[i-1]
		}
		a.forMemory[i] = t
		a.grant()
	}
	a.mu.Unlock()
	if err != nil {
		return err
	}
	if err := q.wait(t.ready); err != nil && a.cancel(&a.forMemory, t) {
		return err
	}
	if t.refused {
		return fmt.Errorf("%w: uploads wait for each other's memory", ErrOverloaded)
	}
	r.size = size
	return nil
}

// untangle breaks a deadlock of uploads that wait for each other: it refuses the last of them.
func (a *admission) untangle() {
	held, last := int64(0), -1
	for i, t := range a.forMemory {
		if t.holds > 0 {
			held, last = held+t.holds, i
		}
	}
	if last < 0 || a.used > held {
		return
	}
	t := a.forMemory[last]
	a.forMemory = append(a.forMemory[:last], a.forMemory[last+1:]...)
	t.refused = true
	close(t.ready)
}

// worker waits for a worker. release frees the worker.
func (a *admission) worker(q queuer) (release func(), err error) {
	a.mu.Lock()
	if a.busy < a.workers && len(a.forWorker) == 0 {
		a.busy++
		a.mu.Unlock()
		return a.releaseWorker, nil
	}
	t, err := a.enqueue(&a.forWorker, 0)
	a.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := q.wait(t.ready); err != nil && a.cancel(&a.forWorker, t) {
		return nil, err
	}
	return a.releaseWorker, nil
}

func (a *admission) enqueue(queue *[]*ticket, need int64) (*ticket, error) {
	if a.queued() >= a.maxQueue {
		return nil, errQueueFull
	}
	t := &ticket{need: need, ready: make(chan struct{})}
	*queue = append(*queue, t)
	return t, nil
}

// cancel removes a ticket from its queue. It returns false if the ticket has been served meanwhile.
func (a *admission) cancel(queue *[]*ticket, t *ticket) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, other := range *queue {
		if other == t {
			*queue = append((*queue)[:i], (*queue)[i+1:]...)
			a.grant() // the ticket may have blocked others
			return true
		}
	}
	return false
}

func (a *admission) releaseWorker() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.busy--
	if a.busy < a.workers && len(a.forWorker) > 0 {
		t := a.forWorker[0]
		a.forWorker = a.forWorker[1:]
		a.busy++
		close(t.ready)
	}
}

// grant gives memory to waiting tickets in their order, as long as there is enough. A ticket whose need
// does not fit is overtaken, at most maxPassed times.
func (a *admission) grant() {
	defer a.untangle()
	for i := 0; i < len(a.forMemory); {
		t := a.forMemory[i]
		if !a.mayPass(i) {
			return
		}
		if !a.fits(t.need) {
			i++
			continue
		}
		a.pass(i)
		a.used += t.need
		a.forMemory = append(a.forMemory[:i], a.forMemory[i+1:]...)
		close(t.ready)
	}
}

func (a *admission) fits(need int64) bool { return need <= a.maxMemory-a.used }

// mayPass reports whether the first n tickets in the queue may be overtaken.
func (a *admission) mayPass(n int) bool {
	for _, t := range a.forMemory[:n] {
		if t.passed >= maxPassed {
			return false
		}
	}
	return true
}

func (a *admission) pass(n int) {
	for _, t := range a.forMemory[:n] {
		t.passed++
	}
}

// A reservation is memory that was admitted. It is for one goroutine at a time.
type reservation struct {
	a      *admission
	size   int64
	result bool // the memory holds a result
}

// grow enlarges the reservation if that much memory is free now. It does not wait: a generation that holds
// memory never waits for more.
func (r *reservation) grow(size int64) bool {
	a := r.a
	a.mu.Lock()
	defer a.mu.Unlock()
	if size > r.size {
		if !a.fits(size-r.size) || !a.mayPass(len(a.forMemory)) {
			return false
		}
		a.used += size - r.size
		r.size = size
	}
	return true
}

// keep shrinks the reservation to the size of a result. It returns false if results already take a quarter
// of all memory: slow clients must not block other work.
func (r *reservation) keep(size int64) (few bool) {
	a := r.a
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used += size - r.size
	a.results += size
	r.size, r.result = size, true
	a.grant()
	return a.results <= a.maxMemory/4
}

// release gives everything back. It may be called more than once.
func (r *reservation) release() {
	if r == nil || r.a == nil {
		return
	}
	a := r.a
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= r.size
	if r.result {
		a.results -= r.size
	}
	r.a = nil
	a.grant()
}

// move transfers the reservation: afterwards, releasing r does nothing.
func (r *reservation) move() *reservation {
	moved := *r
	r.a = nil
	return &moved
}

// A place is how a generation queues: it has a limited wait, and requests that may stop waiting.
type place struct {
	budget   *budget       // paused while the generation queues
	timeout  time.Duration // Config.QueueTimeout
	left     time.Duration // of it
	waited   time.Duration
	deserted func() <-chan struct{} // closed when nobody waits for the flight
	abandon  func() bool            // ends the flight, unless somebody came back
}

func (p *place) wait(ready <-chan struct{}) error {
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
