package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// Remove has the rules about RemoveAll, for storages that have it.
var Remove = []Rule{
	{"under the prefix", "RemoveAll removes every key that begins with prefix + \"/\", at any depth.",
		func(ctx context.Context, s storage.Storage) error {
			gone := []string{"p/k.jpg/x.jpg", "p/k.jpg/100x100/x.jpg", "p/k.jpg/100x100/crop/x.jpg", "p/k.jpg/100x100/crop/猫 %2F?#.jpg", "p/k.jpg/a/b/c/d/e/f/g.jpg"}
			if err := distinct(ctx, s, gone); err != nil {
				return err
			}
			err := removeAll(ctx, s, "p/k.jpg")
			for _, key := range gone {
				err = errors.Join(err, holdsNothing(ctx, s, key))
			}
			return err
		}},
	{"many", "RemoveAll removes everything, however many keys there are: more than a server lists or deletes at a time.",
		func(ctx context.Context, s storage.Storage) error {
			key := func(i int) string { return fmt.Sprintf("many.jpg/%dx/crop/x.jpg", i+1) }
			const count = 1100
			if err := forEach(count, func(i int) error { return Put(ctx, s, key(i), "content") }); err != nil {
				return err
			}
			if err := removeAll(ctx, s, "many.jpg"); err != nil {
				return err
			}
			return forEach(count, func(i int) error { return holdsNothing(ctx, s, key(i)) })
		}},
	{"whole segments", "RemoveAll leaves what only begins like the prefix: \"a\" does not touch \"ab/x.jpg\".",
		func(ctx context.Context, s storage.Storage) error {
			return leaves(ctx, s, "k.jpg", "k.jpg2/x.jpg", "k.jpgs/100x100/crop/x.jpg", "k.jpg.bak/x.jpg", "k.jpg x/x.jpg", "k.jp/x.jpg", "j/k.jpg/x.jpg")
		}},
	{"no pattern", "The prefix of RemoveAll is no pattern: *, ?, %, _, [, { and the like stand for themselves.",
		func(ctx context.Context, s storage.Storage) error {
			for _, prefix := range []string{"*", "k*", "k?jpg", "%", "k%", "k_jpg", "k.jp[g]", "{k.jpg}", "k%2Ejpg", ".*", "^k", "$"} {
				if err := leaves(ctx, s, prefix, "k.jpg/x.jpg"); err != nil {
					return err
				}
			}
			return nil
		}},
	{"not the key itself", "RemoveAll leaves a key that is prefix itself.",
		func(ctx context.Context, s storage.Storage) error { return leaves(ctx, s, "own/k.jpg", "own/k.jpg") }},
	{"nothing there", "RemoveAll of a prefix under which there is nothing returns nil.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "file.jpg", "content"); err != nil {
				return err
			}
			return errors.Join(removeAll(ctx, s, "absent"), removeAll(ctx, s, "absent/k.jpg"), removeAll(ctx, s, "file.jpg/100x100"),
				holds(ctx, s, "file.jpg", "content"))
		}},
	{"invalid prefix", "RemoveAll of a prefix that is no valid key, such as the empty one, returns an error that matches fs.ErrInvalid, and removes nothing.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "a/k.jpg/x.jpg", "content"); err != nil {
				return err
			}
			for _, prefix := range append(invalidKeys(), "a/", "/a", "a//k.jpg", "./a", "a/.", "b/../a", "a/k.jpg/..") {
				if err := s.(storage.Remover).RemoveAll(ctx, prefix); !errors.Is(err, fs.ErrInvalid) {
					return fmt.Errorf("RemoveAll(%s) returns %v, want fs.ErrInvalid", quote(prefix), err)
				}
				if err := holds(ctx, s, "a/k.jpg/x.jpg", "content"); err != nil {
					return fmt.Errorf("after RemoveAll(%s): %w", quote(prefix), err)
				}
			}
			return nil
		}},
	{"canceled", "RemoveAll with a context that is done returns an error that matches the context's.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "a/x.jpg", "content"); err != nil {
				return err
			}
			return wantCanceled("RemoveAll", s.(storage.Remover).RemoveAll(canceled(ctx), "a"))
		}},
	{"put again", "What was removed can be put again.",
		func(ctx context.Context, s storage.Storage) error {
			for _, content := range []string{"first", "second", "third"} {
				err := errors.Join(Put(ctx, s, "k.jpg/x.jpg", content), holds(ctx, s, "k.jpg/x.jpg", content), removeAll(ctx, s, "k.jpg"))
				if err != nil {
					return err
				}
			}
			return errors.Join(Put(ctx, s, "k.jpg/x.jpg", "last"), holds(ctx, s, "k.jpg/x.jpg", "last"))
		}},
	{"at once with Put", "RemoveAll and Put at once succeed both, and a file is whole or gone then.",
		func(ctx context.Context, s storage.Storage) error {
			const key = "deep/k.jpg/100x100/crop/x.jpg"
			for range 30 {
				var removed, stored error
				var both sync.WaitGroup
				both.Go(func() { removed = removeAll(ctx, s, "deep/k.jpg") })
				both.Go(func() { stored = Put(ctx, s, key, "content") })
				both.Wait()
				if err := errors.Join(removed, stored); err != nil {
					return err
				}
				if holdsNothing(ctx, s, key) == nil {
					continue
				}
				if err := holds(ctx, s, key, "content"); err != nil {
					return err
				}
			}
			return nil
		}},
}

func removeAll(ctx context.Context, s storage.Storage, prefix string) error {
	if err := s.(storage.Remover).RemoveAll(ctx, prefix); err != nil {
		return fmt.Errorf("RemoveAll(%s): %w", quote(prefix), err)
	}
	return nil
}

// leaves checks that RemoveAll of prefix leaves keys.
func leaves(ctx context.Context, s storage.Storage, prefix string, keys ...string) error {
	if err := distinct(ctx, s, keys); err != nil {
		return err
	}
	err := removeAll(ctx, s, prefix)
	for _, key := range keys {
		err = errors.Join(err, holds(ctx, s, key, "of "+key))
	}
	return err
}

// forEach calls f for 0 to n-1, eight at a time, because sequential calls over a network would take long.
func forEach(n int, f func(i int) error) error {
	const workers = 8
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = f(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
