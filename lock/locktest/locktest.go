// Package locktest tests implementations of [lock.Locker], which is thumbnail.Locker, as testing/slogtest
// tests implementations of slog.Handler. Every rule is one sentence of the contract, and a failure prints
// the sentence.
//
// A lock in memory is tested in a bubble of testing/synctest, where an hour takes no time:
//
//	func TestLock(t *testing.T) {
//		locktest.RunInBubble(t, func(t *testing.T) locktest.Harness {
//			m := mylock.New()
//			return locktest.Harness{Start: func() locktest.Process {
//				return locktest.Process{Locker: m} // a lock of one process: always the same one
//			}}
//		})
//	}
//
// A lock on a server is tested in real time. The hooks in [Process] make its holders die, pause, or lose
// the network. A rule that needs a missing hook is skipped, and reports that. The rules for Wait are skipped
// unless the Locker, or a Locker that it wraps, is a [lock.Waiter], and the rules for FreeSince unless one of
// them is a [lock.Historian]. The rules allow differences that the contract leaves open: the lock of a killed
// holder may be free at once, or after its ttl.
package locktest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/locktest/internal/rules"
)

// Harness is a lock space in which no key is locked: a map, a directory, or a prefix on a server. Every
// rule gets a new Harness. Clean up with t.Cleanup.
type Harness struct {
	// Start returns another process on this lock space. It shares with the other processes only what
	// processes on two hosts (or on one, if the lock is for one host) would share. For a lock within one
	// process, Start returns the same Locker every time. Required. A rule calls Start at most four times,
	// from one goroutine at a time.
	Start func() Process

	// Advance lets d pass, for the lock and its holders alike: when Advance returns, a fake server's clock
	// has moved by d, and every renewal that is due within d is done. nil means time.Sleep.
	Advance func(d time.Duration)

	// TTL is the ttl that rules about expiry use; such a rule takes two to six times as long. TTL should be
	// long enough that a machine that stalls for half of it does not look dead. 0 means one second.
	TTL time.Duration

	// Timeout bounds every call, including calls on stalled connections, and the time from the release of a
	// key until Wait returns. 0 means five seconds.
	Timeout time.Duration

	// NoRenewal says that even a live holder loses its lock after ttl, which the contract allows.
	NoRenewal bool
}

// Process is a process that uses the lock. Every hook is optional.
type Process struct {
	Locker lock.Locker

	// Kill ends the process as kill -9 would: when Kill returns, nothing of the process runs or reaches the
	// others, neither a renewal nor an unlock. The rules do not call anything of this process afterwards.
	Kill func()

	// Pause stops the process as SIGSTOP would, until resume is called. If that is impossible, Pause may
	// block what the process sends to the server instead, as long as no renewal succeeds meanwhile. The
	// rules make no call during a pause.
	Pause func() (resume func())

	// DropReply loses the reply to the next command that this process sends: the server executes it,
	// and the connection breaks.
	DropReply func()

	// Stall makes the process's connections hang, new ones too, without closing them, until resume is
	// called. Data that was sent meanwhile may then arrive, or never.
	Stall func() (resume func())
}

// Run checks every rule in a subtest of its own, in real time or in the time of Harness.Advance.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, r := range rules.All {
		t.Run(r.Name, func(t *testing.T) { r.Report(t, r.Run(open(t).space())) })
	}
}

// RunInBubble is like [Run], but each rule and its call of open run in a bubble of [testing/synctest]: time
// is fake, and a goroutine that outlives the rule causes a panic. Use it for locks that wait for nothing
// outside the process.
func RunInBubble(t *testing.T, open func(t *testing.T) Harness) {
	for _, r := range rules.All {
		t.Run(r.Name, func(t *testing.T) {
			var err error
			synctest.Test(t, func(t *testing.T) { err = r.Run(open(t).space()) })
			r.Report(t, err)
		})
	}
}

// space returns h in the form that the rules use.
func (h Harness) space() rules.Space {
	s := rules.Space{Advance: h.Advance, TTL: h.TTL, Timeout: h.Timeout, NoRenewal: h.NoRenewal}
	if h.Start != nil {
		s.Start = func() rules.Process {
			p := h.Start()
			return rules.Process{Locker: p.Locker, Kill: p.Kill, Pause: p.Pause, DropReply: p.DropReply, Stall: p.Stall}
		}
	}
	return s
}
