// Package rules has the contract of a storage as rules: each is a sentence and a check of it.
package rules

import (
	"context"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// timeout limits one rule, so that a storage that hangs fails instead of blocking the test run. A real
// server over a slow connection needs a few seconds for the largest content.
const timeout = time.Minute

// A Rule is one sentence of the contract. Check gets an empty storage.
type Rule struct {
	Name, Sentence string
	Check          func(ctx context.Context, s storage.Storage) error
}

// All returns the rules for every storage.
func All() []Rule {
	var all []Rule
	for _, group := range [][]Rule{keyRules, contentRules, putRules, fileRules, concurrencyRules} {
		all = append(all, group...)
	}
	return all
}

// Run checks s, which is empty.
func (r Rule) Run(t *testing.T, s storage.Storage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	if err := r.Check(ctx, s); err != nil {
		t.Errorf("%v\nThe rule: %s", err, r.Sentence)
	}
}
