package locktest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFailurePrintsTheSentenceAndWhatHappened(t *testing.T) {
	for _, r := range rules {
		message, skip := r.describe(check(t, r, r.name))
		if skip || !strings.Contains(message, r.sentence) || !strings.Contains(message, "\nbut: ") {
			t.Errorf("%s: %s", r.name, message)
		}
	}
}

func TestEveryRuleIsASentenceWithANameOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	for _, r := range rules {
		if names[r.name] {
			t.Errorf("two rules are named %q", r.name)
		}
		names[r.name] = true
		if !strings.HasSuffix(r.sentence, ".") || r.check == nil {
			t.Errorf("%s: %q", r.name, r.sentence)
		}
	}
}

// onlyLocker hides Wait.
type onlyLocker struct{ Locker }

func TestWhatIsMissingIsSkippedWithAWord(t *testing.T) {
	without := map[string]func(p Process, h *Harness) Process{
		"Process.Kill is nil":        func(p Process, _ *Harness) Process { p.Kill = nil; return p },
		"Process.Pause is nil":       func(p Process, _ *Harness) Process { p.Pause = nil; return p },
		"Process.DropReply is nil":   func(p Process, _ *Harness) Process { p.DropReply = nil; return p },
		"Process.Stall is nil":       func(p Process, _ *Harness) Process { p.Stall = nil; return p },
		"the Locker is no Waiter":    func(p Process, _ *Harness) Process { p.Locker = onlyLocker{p.Locker}; return p },
		"Harness.NoRenewal is set":   func(p Process, h *Harness) Process { h.NoRenewal = true; return p },
		"a paused holder keeps this": func(p Process, _ *Harness) Process { p.Pause = func() func() { return func() {} }; return p },
	}
	for why, change := range without {
		skips := 0
		for _, r := range rules {
			var err error
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				h := Harness{TTL: 10 * time.Minute}
				change(Process{}, &h)
				h.Start = func() Process { return change(s.start("").process(), &h) }
				err = r.run(h)
				time.Sleep(2 * long)
			})
			message, skip := r.describe(err)
			switch {
			case skip && strings.Contains(message, why):
				skips++
			case message != "":
				t.Errorf("%s: %s: %s", why, r.name, message)
			}
		}
		if skips == 0 {
			t.Errorf("no rule was skipped, though %s", why)
		}
	}
}

func TestALockWithoutRenewalPassesWhereItSaysSo(t *testing.T) {
	for _, r := range rules {
		var err error
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			err = r.run(Harness{
				NoRenewal: true,
				Start:     func() Process { return s.start("a living holder keeps its lock").process() },
			})
			time.Sleep(2 * long)
		})
		if message, skip := r.describe(err); message != "" && !skip {
			t.Errorf("%s: %s", r.name, message)
		}
	}
}

func TestAHarnessWithoutStartFails(t *testing.T) {
	if message, skip := rules[0].describe(rules[0].run(Harness{})); skip || !strings.Contains(message, "Start") {
		t.Error(message)
	}
}

// A lock with a clock of its own sees no time pass but what Advance lets pass.
func TestRulesAboutTimeLetItPassThroughAdvance(t *testing.T) {
	for _, r := range timeRules {
		var advanced time.Duration
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			err := r.run(Harness{
				TTL:     10 * time.Minute,
				Start:   func() Process { return s.start("").process() },
				Advance: func(d time.Duration) { advanced += d; time.Sleep(d) },
			})
			if err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
			time.Sleep(2 * long)
		})
		if advanced < 5*time.Minute {
			t.Errorf("%s: only %v have passed", r.name, advanced)
		}
	}
}
