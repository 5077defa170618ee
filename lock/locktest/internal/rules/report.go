package rules

import (
	"errors"
	"fmt"
	"testing"
)

// Report reports the result of Run.
func (r Rule) Report(t *testing.T, err error) {
	t.Helper()
	switch message, skip := r.describe(err); {
	case skip:
		t.Skip(message)
	case message != "":
		t.Error(message)
	}
}

// describe returns the text that Report prints, or "" if err is nil.
func (r Rule) describe(err error) (message string, skip bool) {
	var s skipped
	switch {
	case err == nil:
		return "", false
	case errors.As(err, &s):
		return fmt.Sprintf("not checked, because %s: %s", s.why, r.sentence), true
	default:
		return fmt.Sprintf("the contract says: %s\nbut: %v", r.sentence, err), false
	}
}
