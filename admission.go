package thumbnail

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxPassed is how often a generation that waits for memory is passed by smaller ones that came later
// and for which there is memory. After that, nobody gets memory before it does.
const maxPassed = 64

// An admission decides who may work: it hands out the bytes of Config.MaxMemory and the places of
// Config.Workers, in the order in which they were asked for. A generation that waits for memory holds
// none, and whoever holds a worker waits for nothing; so generations do not block each other. An upload
// that is read waits for more and holds what it has read: when nobody but such uploads holds memory, the
// last one that came is refused.
type admission struct {
	maxMemory int64
	workers   int
	maxQueue  int

	mu        sync.Mutex
	used      int64 // of memory, results included
	results   int64 // of memory, held by results that are being sent
	busy      int
	forMemory []*ticket
	forWorker []*ticket
}

// A ticket is a place in one of the queues.
type ticket struct {
	need    int64 // bytes
	holds   int64 // bytes that it has already: an upload that grows
	passed  int   // how often somebody else came first
	ready   chan struct{}
	refused bool // rather than granted; set before ready is closed
}

// A queuer is somebody who waits for admission.
type queuer interface {
	// wait returns nil when ready is closed, or an error when it is not worth waiting any longer.
	wait(ready <-chan struct{}) error
}

// errQueueFull is for those who come when Config.MaxQueue others wait.
var errQueueFull = fmt.Errorf("%w: Config.MaxQueue of them wait already", ErrOverloaded)

// errDeserted is for work that was dropped because nobody waits for it any more.
var errDeserted = errors.New("thumbnail: nobody waits for it any more")

// full reports whether a newcomer would have to queue for a worker and finds no place.
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

// await makes the reservation larger, and waits for that in front of those who hold nothing.
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

// untangle refuses the last of the uploads that wait for each other.
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

// worker waits for a worker, which release makes free again.
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

// cancel takes a ticket out of its queue. It returns false if the ticket's turn has come meanwhile.
func (a *admission) cancel(queue *[]*ticket, t *ticket) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, other := range *queue {
		if other == t {
			*queue = append((*queue)[:i], (*queue)[i+1:]...)
			a.grant() // it may have been in the way
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

// grant gives memory to those who wait for it and for whom there is enough, in their order. One for
// whom there is not is passed, maxPassed times.
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

// mayPass reports whether the first n of those who wait may be passed.
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
	result bool // it is that of a result
}

// grow makes the reservation larger if there is memory for that now. It does not wait: those who hold
// memory never do.
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

// keep leaves the reservation as much as a result takes. It returns false if results take a quarter of
// all memory already: slow clients must not keep others from work.
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

// move hands the reservation over: releasing r does nothing any more.
func (r *reservation) move() *reservation {
	moved := *r
	r.a = nil
	return &moved
}

// A place is what a generation queues with: it has limited patience, and an audience that may leave.
type place struct {
	budget   *budget       // which does not run meanwhile
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
