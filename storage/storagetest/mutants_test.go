package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mutant is a storage with one mistake, which people make, and the one rule that finds it.
type mutant struct {
	rule, mistake string
	make          func() Storage
}

func TestEveryRuleFindsItsMutantsAndNoOthers(t *testing.T) {
	defer func(d time.Duration) { hang = d }(hang)
	hang = time.Second
	all := append(append(rules(), removeRules...), listRules...)
	found := make(map[string]bool)
	for _, m := range mutants {
		t.Run(m.rule+"/"+m.mistake, func(t *testing.T) {
			var failed []string
			for _, r := range all {
				ctx, cancel := context.WithTimeout(t.Context(), ruleTimeout)
				if err := r.check(ctx, m.make()); err != nil {
					failed = append(failed, r.name)
					if r.name != m.rule {
						t.Logf("%s: %v", r.name, err)
					}
				}
				cancel()
			}
			assert.Equal(t, []string{m.rule}, failed)
			found[m.rule] = true
		})
	}
	for _, r := range all {
		assert.True(t, found[r.name], "the rule %q has no mutant", r.name)
	}
}

func TestEveryDirRuleFindsItsMutantsAndNoOthers(t *testing.T) {
	found := make(map[string]bool)
	for _, m := range dirMutants {
		t.Run(m.rule+"/"+m.mistake, func(t *testing.T) {
			var failed []string
			for i := range dirRules("", nil) {
				root := t.TempDir()
				reopen := func() Storage {
					d, err := storage.OpenDir(root)
					require.NoError(t, err)
					t.Cleanup(func() { _ = d.Close() })
					return m.make(d, root)
				}
				r := dirRules(root, reopen)[i]
				if err := r.check(t.Context(), reopen()); err != nil {
					failed = append(failed, r.name)
					if r.name != m.rule {
						t.Logf("%s: %v", r.name, err)
					}
				}
			}
			assert.Equal(t, []string{m.rule}, failed)
			found[m.rule] = true
		})
	}
	for _, r := range dirRules("", nil) {
		assert.True(t, found[r.name], "the rule %q has no mutant", r.name)
	}
}

func TestRuleNamesAreUniqueAndSentencesAreSentences(t *testing.T) {
	names := make(map[string]bool)
	for _, r := range append(append(append(rules(), removeRules...), listRules...), dirRules("", nil)...) {
		assert.False(t, names[r.name], "two rules are called %q", r.name)
		names[r.name] = true
		assert.Regexp(t, `^[A-Z].*\.$`, r.sentence)
	}
}
