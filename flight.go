package thumbnail

import (
	"context"
	"errors"
	"sync"
)

// errAgain says that nothing was decided: look into the storage again. It never leaves the package.
var errAgain = errors.New("thumbnail: look again")

// flights are the generations in progress in this process, by storage key.
type flights struct {
	mu    sync.Mutex
	byKey map[string]*flight
}

// A flight is one generation, which the requests of one process for one thumbnail share, as they do
// its error.
type flight struct {
	done chan struct{} // closed when err is set
	err  error
}

// join returns the flight for key, and whether the caller leads it, who then has to call end.
func (f *flights) join(key string) (fl *flight, leads bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl, ok := f.byKey[key]; ok {
		return fl, false
	}
	fl = &flight{done: make(chan struct{})}
	if f.byKey == nil {
		f.byKey = map[string]*flight{}
	}
	f.byKey[key] = fl
	return fl, true
}

// end gives everybody who waits for fl its result.
func (f *flights) end(key string, fl *flight, err error) {
	f.mu.Lock()
	delete(f.byKey, key)
	f.mu.Unlock()
	fl.err = err
	close(fl.done)
}

// wait returns the flight's result, or ErrBusy if patience ends first.
func (f *flight) wait(patience context.Context) error {
	select {
	case <-f.done:
		return f.err
	default:
	}
	select {
	case <-f.done:
		return f.err
	case <-patience.Done():
		return ErrBusy
	}
}
