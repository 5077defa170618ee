package command

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzPresets(f *testing.F) {
	for _, file := range []string{presetsExample, `{"a": {"Size": 1}}`, "{\n", `{"a": {"b": 1}}`, `[]`, `{"a": {"Size": "1x1", "Widths": [1.5]}}`} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		presets, err := parsePresets(file)
		require.Equal(t, err == nil, len(presets) > 0)
	})
}
