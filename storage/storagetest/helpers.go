package storagetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// put stores content, and an error says that it could not.
func put(ctx context.Context, s Storage, key, content string) error {
	if err := s.Put(ctx, key, strings.NewReader(content)); err != nil {
		return fmt.Errorf("Put(%s): %w", quote(key), err)
	}
	return nil
}

// get returns what key holds.
func get(ctx context.Context, s Storage, key string) (string, error) {
	f, err := s.Open(ctx, key)
	if err != nil {
		return "", fmt.Errorf("Open(%s): %w", quote(key), err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		err = fmt.Errorf("Read of %s: %w", quote(key), err)
	}
	return string(content), errors.Join(err, f.Close())
}

// holds checks that key holds exactly want.
func holds(ctx context.Context, s Storage, key, want string) error {
	got, err := get(ctx, s, key)
	if err == nil && got != want {
		err = fmt.Errorf("%s holds %s, want %s", quote(key), quote(got), quote(want))
	}
	return err
}

// holdsNothing checks that key can't be opened, whatever the error is: the rules about the error are rules of their own.
func holdsNothing(ctx context.Context, s Storage, key string) error {
	f, err := s.Open(ctx, key)
	if err != nil {
		return nil
	}
	return errors.Join(fmt.Errorf("Open(%s) succeeds, want nothing there", quote(key)), f.Close())
}

// notExist checks that Open of key says fs.ErrNotExist.
func notExist(ctx context.Context, s Storage, key string) error {
	f, err := s.Open(ctx, key)
	if err == nil {
		return errors.Join(fmt.Errorf("Open(%s) succeeds, want fs.ErrNotExist", quote(key)), f.Close())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("Open(%s) returns %w, want fs.ErrNotExist", quote(key), err)
	}
	return nil
}

// quote quotes s for a message, shortened to where it can be told apart.
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

// pattern returns size bytes without a short period, so that a piece that is missing, doubled or moved shows.
func pattern(size int) string {
	b := make([]byte, size)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte('a' + state>>24%26)
	}
	return string(b)
}
