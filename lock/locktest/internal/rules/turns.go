package rules

import (
	"runtime"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// turnTaking is three processes that lock the same key one after the other, as fast as they can. No process
// has the key twice in a row while another still wants it, however fast the process is.
type turnTaking struct {
	mu      sync.Mutex
	changed sync.Cond // signals changes of last and left
	last    int       // the process that had the latest turn, or -1
	left    int       // the number of processes that have left

	until    time.Time // when the processes stop, even if a slow lock has allowed few turns
	turns    [3]int    // by process; counted while it holds the key
	compared int       // calls of FreeSince after a turn of another process
	wrong    int       // how many of these calls returned true
}

// takingTurns checks FreeSince whenever another process has just had the key. Errors of TryLock and unlock
// are left to other rules.
func takingTurns(e *env) {
	t := &turnTaking{last: -1, until: time.Now().Add(e.patience() / 2)}
	t.changed.L = &t.mu
	clients := []*client{e.start(), e.start(), e.start()}
	var all sync.WaitGroup
	for i, c := range clients {
		h := c.historian()
		all.Add(1)
		e.calls.Go(func() {
			defer all.Done()
			t.play(i, c, h)
		})
	}
	finish(e, e.patience(), "taking turns", func() bool { all.Wait(); return true })
	switch {
	case t.wrong > 0:
		e.broken("it was true %d times although another process had come between", t.wrong)
	case t.compared == 0:
		e.broken("no process got the key after another, so nothing was compared")
	}
}

// play takes the turns of process i, and leaves when it can't get the key.
func (t *turnTaking) play(i int, c *client, h lock.Historian) {
	defer t.leave()
	since, before := time.Now(), t.others(i)
	for n := 0; n < 30 && time.Now().Before(t.until); n++ {
		t.await(i)
		unlock := c.contend(t.until)
		if unlock == nil {
			return
		}
		if t.others(i) > before {
			t.compare(h.FreeSince(key, since))
		}
		t.took(i)
		_ = unlock()
		since, before = time.Now(), t.others(i)
	}
}

// contend asks for the key until c gets it, for about a second, or until the given time. It asks without a pause at first, so that it
// gets the key just after its release.
func (c *client) contend(until time.Time) (unlock func() error) {
	for n := 0; n < 1000 && time.Now().Before(until); n++ {
		if got := c.ask(c.e.ctx, key, long); got.ok && got.unlock != nil {
			return got.unlock
		}
		if n < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// await blocks while process i is the one that had the latest turn, unless all others have left.
func (t *turnTaking) await(i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.last == i && t.left < len(t.turns)-1 {
		t.changed.Wait()
	}
}

// others returns the number of turns of the processes other than i.
func (t *turnTaking) others(i int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for j, turns := range t.turns {
		if j != i {
			n += turns
		}
	}
	return n
}

// compare counts a result of FreeSince.
func (t *turnTaking) compare(free bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.compared++
	if free {
		t.wrong++
	}
}

// took counts a turn of process i, and wakes the others.
func (t *turnTaking) took(i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turns[i]++
	t.last = i
	t.changed.Broadcast()
}

func (t *turnTaking) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left++
	t.changed.Broadcast()
}
