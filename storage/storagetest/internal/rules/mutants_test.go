package rules

import (
	"context"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mutant is a storage with one typical mistake, and the only rule that detects it.
type mutant struct {
	rule, mistake string
	make          func() storage.Storage
}

func TestEveryRuleFindsItsMutantsAndNoOthers(t *testing.T) {
	defer func(d time.Duration) { hang = d }(hang)
	hang = time.Second
	all := append(append(All(), Remove...), List...)
	found := make(map[string]bool)
	for _, m := range mutants {
		t.Run(m.rule+"/"+m.mistake, func(t *testing.T) {
			var failed []string
			for _, r := range all {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				if err := r.Check(ctx, m.make()); err != nil {
					failed = append(failed, r.Name)
					if r.Name != m.rule {
						t.Logf("%s: %v", r.Name, err)
					}
				}
				cancel()
			}
			assert.Equal(t, []string{m.rule}, failed)
			found[m.rule] = true
		})
	}
	for _, r := range all {
		assert.True(t, found[r.Name], "the rule %q has no mutant", r.Name)
	}
}

func TestEveryDirRuleFindsItsMutantsAndNoOthers(t *testing.T) {
	found := make(map[string]bool)
	for _, m := range dirMutants {
		t.Run(m.rule+"/"+m.mistake, func(t *testing.T) {
			var failed []string
			for i := range Dir("", nil) {
				root := t.TempDir()
				reopen := func() storage.Storage {
					d, err := storage.OpenDir(root)
					require.NoError(t, err)
					t.Cleanup(func() { _ = d.Close() })
					return m.make(d, root)
				}
				r := Dir(root, reopen)[i]
				if err := r.Check(t.Context(), reopen()); err != nil {
					failed = append(failed, r.Name)
					if r.Name != m.rule {
						t.Logf("%s: %v", r.Name, err)
					}
				}
			}
			assert.Equal(t, []string{m.rule}, failed)
			found[m.rule] = true
		})
	}
	for _, r := range Dir("", nil) {
		assert.True(t, found[r.Name], "the rule %q has no mutant", r.Name)
	}
}

func TestRuleNamesAreUniqueAndSentencesAreSentences(t *testing.T) {
	names := make(map[string]bool)
	for _, r := range append(append(append(All(), Remove...), List...), Dir("", nil)...) {
		assert.False(t, names[r.Name], "two rules are called %q", r.Name)
		names[r.Name] = true
		assert.Regexp(t, `^[A-Z].*\.$`, r.Sentence)
	}
}
