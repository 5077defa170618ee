package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// full is a Writer that fails like a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLostOutputIsAnError(t *testing.T) {
	for _, args := range []string{"url -key 0123456789abcdef a.jpg 1x fit .jpg", "help", "url -help"} {
		var errs bytes.Buffer
		c := &call{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: full{}, stderr: &errs}
		require.Equal(t, 1, c.run(t.Context(), strings.Fields(args)), args)
		require.Contains(t, errs.String(), "incomplete output: no space left on device")
	}
}

func TestCheckEndsAtASignalAlthoughAFileNeverEnds(t *testing.T) {
	waiting, stdin := make(chan struct{}), make(chan struct{})
	defer close(stdin)
	ctx, stop := context.WithCancel(t.Context())
	var errs bytes.Buffer
	c := &call{getenv: func(string) string { return "" }, stdin: blocked{waiting, stdin}, stdout: io.Discard, stderr: &errs}
	go func() {
		<-waiting
		stop()
	}()
	require.Equal(t, 1, c.run(ctx, []string{"check", "-"}))
	require.Contains(t, errs.String(), "thumbnail check: interrupted")
}

// blocked is an input whose Read closes the channel waiting, and then blocks until the other channel is closed.
type blocked struct{ waiting, until chan struct{} }

func (b blocked) Read([]byte) (int, error) {
	close(b.waiting)
	<-b.until
	return 0, io.EOF
}

func TestPruneCreatesNoDirectory(t *testing.T) {
	dir := t.TempDir()
	thumbs := filepath.Join(dir, "mistyped")
	_, stderr, status := called(t, nil, "prune", "-key", testKey, "-source", t.TempDir(), "-thumbs", thumbs)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "the directory does not exist")
	require.NoDirExists(t, thumbs)
}
