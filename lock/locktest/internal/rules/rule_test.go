package rules

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

func TestAFailurePrintsTheSentenceAndWhatHappened(t *testing.T) {
	for _, r := range All {
		message, skip := r.describe(check(t, r, r.Name))
		if skip || !strings.Contains(message, r.sentence) || !strings.Contains(message, "\nbut: ") {
			t.Errorf("%s: %s", r.Name, message)
		}
	}
}

func TestEveryRuleIsASentenceWithANameOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	for _, r := range All {
		if names[r.Name] {
			t.Errorf("two rules are named %q", r.Name)
		}
		names[r.Name] = true
		if !strings.HasSuffix(r.sentence, ".") || r.check == nil {
			t.Errorf("%s: %q", r.Name, r.sentence)
		}
	}
}

// noWaiter hides Wait, noHistorian hides FreeSince.
type (
	noWaiter struct {
		lock.Locker
		lock.Historian
	}
	noHistorian struct {
		lock.Locker
		lock.Waiter
	}
)

func TestWhatIsMissingIsSkippedWithAWord(t *testing.T) {
	without := map[string]func(p Process, h *Space) Process{
		"Process.Kill is nil":        func(p Process, _ *Space) Process { p.Kill = nil; return p },
		"Process.Pause is nil":       func(p Process, _ *Space) Process { p.Pause = nil; return p },
		"Process.DropReply is nil":   func(p Process, _ *Space) Process { p.DropReply = nil; return p },
		"Process.Stall is nil":       func(p Process, _ *Space) Process { p.Stall = nil; return p },
		"the Locker is no Waiter":    func(p Process, _ *Space) Process { p.Locker = noWaiter{p.Locker, p.Locker.(lock.Historian)}; return p },
		"the Locker is no Historian": func(p Process, _ *Space) Process { p.Locker = noHistorian{p.Locker, p.Locker.(lock.Waiter)}; return p },
		"Harness.NoRenewal is set":   func(p Process, h *Space) Process { h.NoRenewal = true; return p },
		"a paused holder keeps this": func(p Process, _ *Space) Process { p.Pause = func() func() { return func() {} }; return p },
	}
	for why, change := range without {
		skips := 0
		for _, r := range All {
			var err error
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				h := Space{TTL: 10 * time.Minute}
				change(Process{Locker: newServer().start("")}, &h)
				h.Start = func() Process { return change(s.start("").process(), &h) }
				err = r.Run(h)
				time.Sleep(2 * long)
			})
			message, skip := r.describe(err)
			switch {
			case skip && strings.Contains(message, why):
				skips++
			case message != "":
				t.Errorf("%s: %s: %s", why, r.Name, message)
			}
		}
		if skips == 0 {
			t.Errorf("no rule was skipped, though %s", why)
		}
	}
}

func TestALockWithoutRenewalPassesWhereItSaysSo(t *testing.T) {
	for _, r := range All {
		var err error
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			err = r.Run(Space{
				NoRenewal: true,
				Start:     func() Process { return s.start("a living holder keeps its lock").process() },
			})
			time.Sleep(2 * long)
		})
		if message, skip := r.describe(err); message != "" && !skip {
			t.Errorf("%s: %s", r.Name, message)
		}
	}
}

func TestAHarnessWithoutStartFails(t *testing.T) {
	if message, skip := All[0].describe(All[0].Run(Space{})); skip || !strings.Contains(message, "Start") {
		t.Error(message)
	}
}

// For a lock with its own clock, time passes only by Advance.
func TestRulesAboutTimeLetItPassThroughAdvance(t *testing.T) {
	for _, r := range timeRules {
		var advanced time.Duration
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			err := r.Run(Space{
				TTL:     10 * time.Minute,
				Start:   func() Process { return s.start("").process() },
				Advance: func(d time.Duration) { advanced += d; time.Sleep(d) },
			})
			if err != nil {
				t.Errorf("%s: %v", r.Name, err)
			}
			time.Sleep(2 * long)
		})
		if advanced < 5*time.Minute {
			t.Errorf("%s: only %v have passed", r.Name, advanced)
		}
	}
}
