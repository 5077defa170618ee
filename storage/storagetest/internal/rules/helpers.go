package rules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// Put stores content, and describes the error if that fails.
func Put(ctx context.Context, s storage.Storage, key, content string) error {
	if err := s.Put(ctx, key, strings.NewReader(content)); err != nil {
		return fmt.Errorf("Put(%s): %w", quote(key), err)
	}
	return nil
}

// get returns the content of key.
func get(ctx context.Context, s storage.Storage, key string) (string, error) {
	f, err := s.Open(ctx, key)
	if err != nil {
		return "", fmt.Errorf("Open(%s): %w", quote(key), err)
	}
	defer f.Close() // another rule tests its error
	content, err := io.ReadAll(f)
	if err != nil {
		return "", fmt.Errorf("Read of %s: %w", quote(key), err)
	}
	return string(content), nil
}

// holds checks that the content of key is exactly want.
func holds(ctx context.Context, s storage.Storage, key, want string) error {
	got, err := get(ctx, s, key)
	if err == nil && got != want {
		err = fmt.Errorf("%s holds %s, want %s", quote(key), quote(got), quote(want))
	}
	return err
}

// holdsNothing checks that key can't be opened, with any error: other rules test the error.
func holdsNothing(ctx context.Context, s storage.Storage, key string) error {
	f, err := s.Open(ctx, key)
	if err != nil {
		return nil
	}
	_ = f.Close()
	return fmt.Errorf("Open(%s) succeeds, want nothing there", quote(key))
}

// NotExist checks that the error of Open for key matches fs.ErrNotExist.
func NotExist(ctx context.Context, s storage.Storage, key string) error {
	f, err := s.Open(ctx, key)
	if err == nil {
		_ = f.Close()
		return fmt.Errorf("Open(%s) succeeds, want fs.ErrNotExist", quote(key))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("Open(%s) returns %w, want fs.ErrNotExist", quote(key), err)
	}
	return nil
}

// quote quotes s for a message, shortened but still recognizable.
func quote(s string) string {
	if len(s) <= 100 {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…%q (%d bytes)", s[:40], s[len(s)-40:], len(s))
}

// errBroken is the error of a reader that fails.
var errBroken = errors.New("storagetest: the reader fails")

// brokenAfter returns a reader of content that then fails with errBroken.
func brokenAfter(content string) io.Reader {
	return io.MultiReader(strings.NewReader(content), readFunc(func([]byte) (int, error) { return 0, errBroken }))
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

// Pattern returns size bytes whose period is a prime, so a piece that is missing, repeated or moved is
// detected whatever the size of buffers.
func Pattern(size int) string {
	b := make([]byte, min(size, 65_521))
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte('a' + state>>24%26)
	}
	return strings.Repeat(string(b), size/65_521+1)[:size]
}

// hang is the time limit of a call that should not wait for anything. (The tests of the suite itself reduce
// it.)
var hang = 10 * time.Second

// within calls f. If f does not return in time, it is left running, and the rule has failed.
func within(ctx context.Context, what string, f func(context.Context) error) error {
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(ctx, hang)
	defer cancel()
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		return err
	case <-time.After(hang + time.Second):
		return fmt.Errorf("%s does not return within %v", what, hang)
	}
}
