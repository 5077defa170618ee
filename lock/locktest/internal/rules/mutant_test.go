package rules

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// moreMutants are locks that break one sentence of the contract, with the name of the rule that detects it.
var moreMutants = map[string]string{
	"renewal after an unlock that failed": "unlock does not hang",
}

// check runs r on a simulated lock that is broken as breaks says.
func check(t *testing.T, r Rule, breaks string) (err error) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		err = r.Run(Space{
			Start: func() Process { return s.start(breaks).process() },
			TTL:   10 * time.Minute, // so long that a call of some seconds affects only its own rule
		})
		time.Sleep(2 * long) // until the last goroutine of the broken lock has ended
	})
	return err
}

func TestARightLockPassesEveryRuleAndSkipsNone(t *testing.T) {
	for _, r := range All {
		if err := check(t, r, ""); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}

func TestABrokenLockFailsItsRuleAndPassesAllOthers(t *testing.T) {
	mutants := map[string]string{}
	for _, r := range All {
		mutants[r.Name] = r.Name
	}
	for name, rule := range moreMutants {
		mutants[name] = rule
	}
	for mutant, finder := range mutants {
		t.Run(mutant, func(t *testing.T) {
			for _, r := range All {
				err := check(t, r, mutant)
				switch {
				case errors.As(err, new(skipped)):
					t.Errorf("%q %v", r.Name, err)
				case err == nil && r.Name == finder:
					t.Errorf("%q did not find it", r.Name)
				case err != nil && r.Name != finder:
					t.Errorf("%q fails, too: %v", r.Name, err)
				case err != nil:
					t.Logf("%v", err)
				}
			}
		})
	}
}
