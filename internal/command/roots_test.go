package command

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOverlappingRootsAreRefused(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for _, d := range []string{"photos/2024", "photos-thumbs", "thumbs"} {
		require.NoError(t, os.MkdirAll(in(d), 0o755))
	}
	require.NoError(t, os.Symlink(in("photos"), in("link")))
	require.NoError(t, os.Symlink(in("thumbs"), in("photos/away")))
	require.NoError(t, os.Symlink(in("nowhere"), in("dangling")))
	t.Chdir(dir)

	for _, c := range []struct {
		source, thumbs string
		refused        bool
	}{
		{in("photos"), in("photos"), true},
		{in("photos"), in("photos/"), true},
		{in("photos"), in("photos/2024"), true},
		{in("photos"), in("photos/new"), true},
		{in("photos"), in("photos/new/deeper"), true},
		{in("photos"), dir, true},
		{in("photos/2024"), in("photos"), true},
		{in("link"), in("photos/thumbs"), true},
		{in("photos"), in("link/thumbs"), true},
		{in("link/2024"), in("photos"), true},
		{in("photos"), in("link"), true},
		{"photos", in("photos"), true},
		{"photos", "photos/thumbs", true},
		{".", "thumbs", true},
		{in("photos"), "/", true},
		{"photos", "thumbs/../photos/x", true},
		{in("photos"), in("dangling"), true}, // its target may later be created anywhere
		{in("photos"), in("thumbs"), false},
		{in("photos"), in("thumbs/new"), false},
		{in("photos"), in("photos-thumbs"), false},
		{in("photos"), in("photos/away"), false}, // the link leads to thumbs
		{in("photos"), in("photos/away/new"), false},
		{"photos", "thumbs", false},
		{"", "thumbs", false},
	} {
		err := refuseOverlap(c.source, c.thumbs)
		require.Equal(t, c.refused, err != nil, "source %s, thumbs %s: %v", c.source, c.thumbs, err)
	}
}
