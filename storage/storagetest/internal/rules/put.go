package rules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// putRules require that Put is whole or not at all.
var putRules = []Rule{
	{"error of the reader", "If r fails, Put returns r's error, possibly wrapped.",
		func(ctx context.Context, s storage.Storage) error {
			for _, content := range []string{"", "some of the content"} {
				if err := s.Put(ctx, "x.jpg", brokenAfter(content)); !errors.Is(err, errBroken) {
					return fmt.Errorf("Put returns %v, want an error that matches %q", err, errBroken)
				}
			}
			return nil
		}},
	{"nothing of a failure", "If r fails, nothing is stored, however much was read.",
		func(ctx context.Context, s storage.Storage) error {
			for i, content := range []string{"", "some", Pattern(6 << 20)} {
				key := fmt.Sprintf("new/%d.jpg", i)
				_ = s.Put(ctx, key, brokenAfter(content))
				if err := holdsNothing(ctx, s, key); err != nil {
					return err
				}
			}
			return nil
		}},
	{"old content after a failure", "If r fails, key keeps its old content.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "x.jpg", "old"); err != nil {
				return err
			}
			for _, content := range []string{"", "some", Pattern(300_000)} {
				_ = s.Put(ctx, "x.jpg", brokenAfter(content))
				if err := holds(ctx, s, "x.jpg", "old"); err != nil {
					return err
				}
			}
			return nil
		}},
	{"success after a failure", "A Put that failed does not stand in the way of the next one.",
		func(ctx context.Context, s storage.Storage) error {
			_ = s.Put(ctx, "again.jpg", brokenAfter("some of the content"))
			return errors.Join(Put(ctx, s, "again.jpg", "content"), holds(ctx, s, "again.jpg", "content"))
		}},
	{"panic", "If r panics, nothing is stored, and the storage can be used as before.",
		func(ctx context.Context, s storage.Storage) error {
			putPanics(ctx, s, "panic.jpg")
			if err := holdsNothing(ctx, s, "panic.jpg"); err != nil {
				return err
			}
			return within(ctx, "Put after a panic", func(ctx context.Context) error {
				return errors.Join(Put(ctx, s, "panic.jpg", "content"), holds(ctx, s, "panic.jpg", "content"))
			})
		}},
	{"invisible until done", "While Put reads r, Open does not wait, and finds what key held before: the old content or nothing.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "old.jpg", "old"); err != nil {
				return err
			}
			for _, size := range []int{10, 300_000} {
				content := Pattern(size)
				during := func() error { return holds(ctx, s, "old.jpg", "old") }
				if err := putWatched(ctx, s, "old.jpg", content, during); err != nil {
					return err
				}
				key := fmt.Sprintf("new/%d.jpg", size)
				during = func() error { return holdsNothing(ctx, s, key) }
				if err := putWatched(ctx, s, key, content, during); err != nil {
					return err
				}
				if err := Put(ctx, s, "old.jpg", "old"); err != nil {
					return err
				}
			}
			return nil
		}},
	{"canceled Open", "Open with a context that is done returns an error that matches the context's.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "x.jpg", "content"); err != nil {
				return err
			}
			f, err := s.Open(canceled(ctx), "x.jpg")
			if err == nil {
				_ = f.Close()
				return errors.New("Open succeeds, want context.Canceled")
			}
			return wantCanceled("Open", err)
		}},
	{"canceled Put", "Put with a context that is done, before or while r is read, returns an error that matches the context's, and stores nothing.",
		func(ctx context.Context, s storage.Storage) error {
			if err := wantCanceled("Put", s.Put(canceled(ctx), "before.jpg", strings.NewReader("content"))); err != nil {
				return err
			}
			putCtx, cancel := context.WithCancel(ctx)
			defer cancel()
			atEnd := readFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF })
			err := s.Put(putCtx, "while.jpg", io.MultiReader(strings.NewReader("content"), atEnd))
			if err := wantCanceled("Put, its context canceled while it reads,", err); err != nil {
				return err
			}
			return errors.Join(holdsNothing(ctx, s, "before.jpg"), holdsNothing(ctx, s, "while.jpg"))
		}},
}

func canceled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

func wantCanceled(what string, err error) error {
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s returns %v, want an error that matches context.Canceled", what, err)
	}
	return nil
}

// putPanics puts from a reader that panics after some bytes. The storage may turn the panic into an error.
func putPanics(ctx context.Context, s storage.Storage, key string) {
	defer func() { _ = recover() }()
	panics := readFunc(func([]byte) (int, error) { panic("storagetest: the reader panics") })
	_ = s.Put(ctx, key, io.MultiReader(strings.NewReader("some"), panics))
}

// putWatched puts content, and calls during when all of it has been read except the end of file.
func putWatched(ctx context.Context, s storage.Storage, key, content string, during func() error) error {
	var err error
	atEnd := readFunc(func([]byte) (int, error) {
		if err == nil {
			err = within(ctx, "Open during a Put", func(context.Context) error { return during() })
		}
		return 0, io.EOF
	})
	if putErr := s.Put(ctx, key, io.MultiReader(strings.NewReader(content), atEnd)); putErr != nil {
		return errors.Join(err, fmt.Errorf("Put(%s): %w", quote(key), putErr))
	}
	if err != nil {
		return fmt.Errorf("while Put reads: %w", err)
	}
	return holds(ctx, s, key, content)
}
