package admission

import "fmt"

// A Reservation is memory that was admitted. It is for one goroutine at a time.
type Reservation struct {
	c      *Control // nil: the reservation is empty
	size   int64
	result bool // the memory holds a result
}

// Size returns the number of bytes that are reserved.
func (r *Reservation) Size() int64 { return r.size }

// Grow enlarges the reservation if that much memory is free now. It does not wait: a generation that holds
// memory never waits for more. If other requests wait for memory, a successful call counts as overtaking them.
func (r *Reservation) Grow(size int64) bool {
	c := r.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if size > r.size {
		if !c.fits(size-r.size) || !c.mayPass(len(c.forMemory)) {
			return false
		}
		c.pass(len(c.forMemory))
		c.used += size - r.size
		r.size = size
	}
	return true
}

// Await enlarges the reservation. It waits ahead of requests that hold no memory.
func (r *Reservation) Await(size int64, w Waiter) error {
	if r.Grow(size) {
		return nil
	}
	c := r.c
	c.mu.Lock()
	t, err := c.enqueue(&c.forMemory, size-r.size)
	if err == nil {
		t.holds = r.size
		i := len(c.forMemory) - 1
		for ; i > 0 && c.forMemory[i-1].holds == 0; i-- {
			c.forMemory[i] = c.forMemory[i-1]
		}
		c.forMemory[i] = t
		c.grant()
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if err := w.Wait(t.ready); err != nil && c.cancel(&c.forMemory, t) {
		return err
	}
	if t.refused {
		return fmt.Errorf("%w: uploads wait for each other's memory", ErrOverloaded)
	}
	r.size = size
	return nil
}

// Keep shrinks the reservation to the size of a result. It returns false if results already take a quarter
// of all memory: slow clients must not block other work.
func (r *Reservation) Keep(size int64) (few bool) {
	c := r.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used += size - r.size
	c.results += size
	r.size, r.result = size, true
	c.grant()
	return c.results <= c.limits.Memory/4
}

// Release gives everything back. It may be called more than once, and on nil.
func (r *Reservation) Release() {
	if r == nil || r.c == nil {
		return
	}
	c := r.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used -= r.size
	if r.result {
		c.results -= r.size
	}
	r.c = nil
	c.grant()
}

// Move returns the reservation for another owner: afterwards, releasing r does nothing.
func (r *Reservation) Move() *Reservation {
	moved := *r
	r.c = nil
	return &moved
}
