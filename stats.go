package thumbnail

import "sync/atomic"

// Stats describes what a [Handler] is doing, and what it has done since it was made.
type Stats struct {
	Working    int   // generations that hold a worker
	Queued     int   // generations that wait for memory or a worker
	Flights    int   // generations in progress, including those that wait for a lock
	Memory     int64 // bytes of Config.MaxMemory in use
	Remembered int   // number of remembered failures

	Requests    int64 // requests answered
	Calls       int64 // calls of Generate that returned
	Stored      int64 // answered with a thumbnail that was already stored
	Generated   int64 // thumbnails made; each answers one request or more
	Failed      int64 // ended with an error
	Gone        int64 // clients that disconnected before the answer
	Overloaded  int64 // answered 503 because no memory or worker became free
	StoreErrors int64 // thumbnails that could not be stored
}

// counters are the cumulative parts of Stats.
type counters struct {
	requests, calls, stored, generated, failed, gone, overloaded, storeErrors atomic.Int64
}

func (c *counters) count(e *Event, overloaded bool) {
	if e.Op == OpGenerate {
		c.calls.Add(1)
	} else {
		c.requests.Add(1)
	}
	switch e.Outcome {
	case OutcomeStored:
		c.stored.Add(1)
	case OutcomeFailed:
		c.failed.Add(1)
	case OutcomeGone:
		c.gone.Add(1)
	}
	if overloaded {
		c.overloaded.Add(1)
	}
}

// Stats returns a snapshot. The call is cheap, and may be made at any time.
func (h *Handler) Stats() Stats {
	load, c := h.generator.admission.Load(), &h.stats
	return Stats{
		Working: load.Working, Queued: load.Queued, Memory: load.Memory,
		Flights: h.flights.count(), Remembered: h.negative.Len(),
		Requests: c.requests.Load(), Calls: c.calls.Load(), Stored: c.stored.Load(), Generated: c.generated.Load(), Failed: c.failed.Load(),
		Gone: c.gone.Load(), Overloaded: c.overloaded.Load(), StoreErrors: c.storeErrors.Load(),
	}
}
