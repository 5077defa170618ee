package thumbnail

import (
	"context"
	"strings"
	"sync"
)

// flights are the generations in progress in this process.
type flights struct {
	mu    sync.Mutex
	byKey map[string]*flight   // those that may be joined, by storage key
	all   map[*flight]struct{} // also those that are no longer valid
}

// A flight is one generation. All requests of this process for the same thumbnail share the flight and its
// error.
type flight struct {
	key, source string
	done        chan struct{} // closed when the flight has landed
	landing     landing       // set before done is closed

	// Guarded by flights.mu.
	landed   bool
	waiting  int           // requests that wait for the flight
	audience int           // waiting, plus the leader if its client is still there
	deserted chan struct{} // closed while the audience is 0
	validity validity
	storing  *storing // the last attempt to store the result
}

// landing is how a flight ended: with a result, with an error, or with neither. In the last case, those who waited for
// it look into the storage again, and lead or join another flight.
type landing struct {
	result *result
	err    error
}

// A validity says whether the result of a flight may be stored.
type validity int

const (
	valid   validity = iota
	suspect          // Generate was called: the result may be stored only if the source has not changed since it was opened
	removed          // Remove was called: the result must not be stored
)

// storing is a Put, which ends when done is closed.
type storing struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// join returns the flight for key, and whether the caller leads it. The leader has to call land.
func (f *flights) join(key, source string) (fl *flight, leads bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl, ok := f.byKey[key]; ok {
		fl.waiting++
		fl.enter()
		return fl, false
	}
	fl = &flight{key: key, source: source, done: make(chan struct{}), deserted: make(chan struct{}), audience: 1}
	if f.byKey == nil {
		f.byKey, f.all = map[string]*flight{}, map[*flight]struct{}{}
	}
	f.byKey[key] = fl
	f.all[fl] = struct{}{}
	return fl, true
}

func (fl *flight) enter() {
	if fl.audience++; fl.audience == 1 {
		fl.deserted = make(chan struct{})
	}
}

func (fl *flight) leave() {
	if fl.audience--; fl.audience == 0 {
		close(fl.deserted)
	}
}

// leave records that the client of the leader has gone.
func (f *flights) leave(fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.leave()
}

// whenDeserted returns a channel that is closed when nobody waits for fl.
func (f *flights) whenDeserted(fl *flight) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fl.deserted
}

// deserted reports whether nobody waits for fl.
func (f *flights) deserted(fl *flight) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fl.audience == 0
}

func (f *flights) unlist(fl *flight) {
	if f.byKey[fl.key] == fl {
		delete(f.byKey, fl.key)
	}
}

// land gives l to everybody who waits for fl. Only the first call counts.
func (f *flights) land(fl *flight, l landing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.landed {
		return
	}
	if l.result != nil {
		l.result.retain(fl.waiting)
	}
	f.unlist(fl)
	delete(f.all, fl)
	fl.landing, fl.landed = l, true
	close(fl.done)
}

// wait returns how the flight landed, or false if patience ends first. The caller releases the result.
func (f *flights) wait(fl *flight, patience context.Context) (l landing, ok bool) {
	select {
	case <-fl.done:
	default:
		select {
		case <-fl.done:
		case <-patience.Done():
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.waiting--
	fl.leave()
	return fl.landing, fl.landed
}

// expire ends the validity of every flight of a source and, if below is true, of the sources below it.
// Nobody joins these flights any more. expire cancels their Puts in progress and returns those that may not
// have ended yet.
func (f *flights) expire(source string, below bool, to validity) (pending []<-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for fl := range f.all {
		if fl.source != source && !(below && strings.HasPrefix(fl.source, source+"/")) {
			continue
		}
		fl.validity = max(fl.validity, to)
		f.unlist(fl)
		if fl.storing != nil {
			fl.storing.cancel()
			pending = append(pending, fl.storing.done)
		}
	}
	return pending
}

// renew makes a suspect flight valid again when the flight is about to open its source.
func (f *flights) renew(fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.validity == suspect {
		fl.validity = valid
	}
}

func (f *flights) validity(fl *flight) validity {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fl.validity
}

// store calls put, unless the validity of the flight has changed from was. expire cancels the context of
// put.
func (f *flights) store(ctx context.Context, fl *flight, was validity, put func(ctx context.Context) error) (stored bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &storing{cancel, make(chan struct{})}
	f.mu.Lock()
	if fl.validity != was {
		f.mu.Unlock()
		return false, nil
	}
	fl.storing = s
	f.mu.Unlock()
	defer close(s.done)
	return true, put(ctx)
}

// ifValid calls g, unless the validity of fl has ended. expire can't run in between.
func (f *flights) ifValid(fl *flight, g func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.validity == valid {
		g()
	}
}

func (f *flights) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}
