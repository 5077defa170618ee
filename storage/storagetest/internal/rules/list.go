package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// List has the rules about List, for storages that have it.
var List = []Rule{
	{"list all", "List of the empty prefix has every key once, at any depth.",
		func(ctx context.Context, s storage.Storage) error {
			keys := []string{"x.jpg", "k.jpg/x.jpg", "k.jpg/100x100/crop/x.jpg", "k.jpg/100x100/crop/猫 %2F?#.jpg", "k.jpg2/x.jpg"}
			return errors.Join(distinct(ctx, s, keys), lists(ctx, s, "", keys...))
		}},
	{"list under a prefix", "List has the keys that begin with prefix + \"/\", and no others.",
		func(ctx context.Context, s storage.Storage) error {
			under := []string{"a/k.jpg/x.jpg", "a/k.jpg/100x100/x.jpg"}
			err := distinct(ctx, s, append([]string{"a/k.jpgs/x.jpg", "a/k.jp/x.jpg", "b/x.jpg", "own/x.jpg"}, under...))
			return errors.Join(err, lists(ctx, s, "a/k.jpg", under...), lists(ctx, s, "own/x.jpg"), lists(ctx, s, "absent"), lists(ctx, s, "absent/x.jpg"))
		}},
	{"list many", "List has everything, however many keys there are: more than a server lists at a time.",
		func(ctx context.Context, s storage.Storage) error {
			var keys []string
			for i := range 1100 {
				keys = append(keys, fmt.Sprintf("many.jpg/%dx/crop/x.jpg", i+1))
			}
			err := forEach(len(keys), func(i int) error { return Put(ctx, s, keys[i], "content") })
			return errors.Join(err, lists(ctx, s, "many.jpg", keys...))
		}},
	{"list entries", "An Entry has the size in bytes and the time of the Put, and Used is not before ModTime.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "a/x.jpg", "seven b"); err != nil {
				return err
			}
			for e, err := range list(ctx, s, "a") {
				age := time.Since(e.ModTime)
				if err != nil || e.Size != 7 || age < -time.Hour || age > time.Hour || e.Used.Before(e.ModTime) {
					return fmt.Errorf("List has %+v, %w", e, err)
				}
			}
			return nil
		}},
	{"list invalid prefix", "List of a prefix that is neither empty nor a valid key ends with an error that matches fs.ErrInvalid.",
		func(ctx context.Context, s storage.Storage) error {
			for _, prefix := range invalidKeys() {
				if prefix == "" {
					continue
				}
				for e, err := range list(ctx, s, prefix) {
					if !errors.Is(err, fs.ErrInvalid) {
						return fmt.Errorf("List(%s) has %+v, %w, want fs.ErrInvalid", quote(prefix), e, err)
					}
				}
			}
			return nil
		}},
	{"list and stop", "A loop over List may end early, and remove what it is given.",
		func(ctx context.Context, s storage.Storage) error {
			keys := []string{"a/1.jpg", "a/2.jpg", "a/3.jpg"}
			err := distinct(ctx, s, keys)
			for range list(ctx, s, "") {
				break
			}
			d, ok := s.(storage.Deleter)
			if !ok {
				return err
			}
			for e, listErr := range list(ctx, s, "") {
				err = errors.Join(err, listErr, d.Remove(ctx, e.Key))
			}
			return errors.Join(err, lists(ctx, s, ""))
		}},
	{"remove one", "Remove removes the content of key and nothing else; it is not an error if there is none.",
		func(ctx context.Context, s storage.Storage) error {
			d, ok := s.(storage.Deleter)
			if !ok {
				return nil
			}
			err := distinct(ctx, s, []string{"a/x.jpg", "a/x.jpg2", "a/k.jpg/y.jpg"})
			for _, key := range []string{"a/x.jpg", "a/x.jpg", "a/k.jpg", "a", "absent/x.jpg"} {
				err = errors.Join(err, d.Remove(ctx, key))
			}
			return errors.Join(err, holdsNothing(ctx, s, "a/x.jpg"), holds(ctx, s, "a/x.jpg2", "of a/x.jpg2"), holds(ctx, s, "a/k.jpg/y.jpg", "of a/k.jpg/y.jpg"))
		}},
	{"remove invalid key", "Remove of a key that is not valid returns an error that matches fs.ErrInvalid.",
		func(ctx context.Context, s storage.Storage) error {
			d, ok := s.(storage.Deleter)
			if !ok {
				return nil
			}
			for _, key := range invalidKeys() {
				if err := d.Remove(ctx, key); !errors.Is(err, fs.ErrInvalid) {
					return fmt.Errorf("Remove(%s) returns %v, want fs.ErrInvalid", quote(key), err)
				}
			}
			return nil
		}},
}

// list calls List, if the storage has it; otherwise the sequence is empty.
func list(ctx context.Context, s storage.Storage, prefix string) iter.Seq2[storage.Entry, error] {
	if l, ok := s.(storage.Lister); ok {
		return l.List(ctx, prefix)
	}
	return func(func(storage.Entry, error) bool) {}
}

// lists checks that List of prefix yields exactly keys.
func lists(ctx context.Context, s storage.Storage, prefix string, keys ...string) error {
	if _, ok := s.(storage.Lister); !ok {
		return nil
	}
	var got []string
	for e, err := range list(ctx, s, prefix) {
		if err != nil {
			return fmt.Errorf("List(%s): %w", quote(prefix), err)
		}
		got = append(got, e.Key)
	}
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		return fmt.Errorf("List(%s) has %d keys, want %d: %s", quote(prefix), len(got), len(keys), quote(fmt.Sprint(got)))
	}
	return nil
}
