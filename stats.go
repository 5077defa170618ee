package thumbnail

import "sync/atomic"

// Stats is what a [Handler] does at the moment, and has done since it was made.
type Stats struct {
	Working    int   // generations that compute
	Queued     int   // generations that wait for memory or a worker
	Flights    int   // generations in progress, those that wait for a lock included
	Memory     int64 // bytes of Config.MaxMemory in use
	Remembered int   // failures that are remembered

	Requests, Calls        int64 // requests answered, and calls of Generate
	Hits, Generated, Fails int64 // answered from the storage; thumbnails made; ended in an error
	Gone                   int64 // clients that went away first
	Overloaded             int64 // answered 503 for want of memory or workers
	StoreErrors            int64 // thumbnails that could not be stored
}

// counters are the parts of Stats that add up.
type counters struct {
	requests, calls, hits, generated, fails, gone, overloaded, storeErrors atomic.Int64
}

func (c *counters) count(e Event) {
	if e.Op == OpGenerate {
		c.calls.Add(1)
	} else {
		c.requests.Add(1)
	}
	switch e.Outcome {
	case Stored:
		c.hits.Add(1)
	case Failed:
		c.fails.Add(1)
	case Gone:
		c.gone.Add(1)
	}
	if isOverload(e.Err) {
		c.overloaded.Add(1)
	}
}

// Stats returns a snapshot. It is cheap, and may be called at any time.
func (h *Handler) Stats() Stats {
	a, c := h.generator.admission, &h.stats
	s := Stats{
		Flights: h.flights.count(), Remembered: h.negative.count(),
		Requests: c.requests.Load(), Calls: c.calls.Load(), Hits: c.hits.Load(), Generated: c.generated.Load(), Fails: c.fails.Load(),
		Gone: c.gone.Load(), Overloaded: c.overloaded.Load(), StoreErrors: c.storeErrors.Load(),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Working, s.Queued, s.Memory = a.busy, a.queued(), a.used
	return s
}
