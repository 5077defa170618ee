package rules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// concurrencyRules require that any number of goroutines may use a storage at once, and that it leaves no
// goroutine behind.
var concurrencyRules = []Rule{
	{"one key at once", "Of several Puts to one key at once each succeeds, and the content of one of them is stored, whole.",
		func(ctx context.Context, s storage.Storage) error {
			contents := manyContents()
			for range 3 {
				err := atOnce(contents, func(content string, r io.Reader) error { return s.Put(ctx, "one/x.jpg", r) })
				if err != nil {
					return err
				}
				if err := holdsOneOf(ctx, s, "one/x.jpg", contents); err != nil {
					return err
				}
			}
			return nil
		}},
	{"many keys at once", "Puts to several keys at once do not disturb each other.",
		func(ctx context.Context, s storage.Storage) error {
			contents := manyContents()
			key := func(content string) string { return fmt.Sprintf("many/%d/x.jpg", len(content)) }
			err := atOnce(contents, func(content string, r io.Reader) error { return s.Put(ctx, key(content), r) })
			for _, content := range contents {
				err = errors.Join(err, holds(ctx, s, key(content), content))
			}
			return err
		}},
	{"read while replaced", "While the content of a key is replaced again and again, every Open succeeds and reads one of the contents, whole.",
		func(ctx context.Context, s storage.Storage) error {
			contents := manyContents()
			if err := Put(ctx, s, "busy/x.jpg", contents[0]); err != nil {
				return err
			}
			ctx, stop := context.WithCancel(ctx)
			errs := make([]error, 3)
			var readers sync.WaitGroup
			for i := range errs {
				readers.Go(func() {
					for ctx.Err() == nil && errs[i] == nil {
						errs[i] = holdsOneOf(context.WithoutCancel(ctx), s, "busy/x.jpg", contents)
					}
				})
			}
			var err error
			for i := 0; i < 5*len(contents) && err == nil; i++ {
				err = Put(ctx, s, "busy/x.jpg", contents[i%len(contents)])
			}
			stop()
			readers.Wait()
			return errors.Join(append(errs, err)...)
		}},
	{"goroutines", "No goroutine outlives the call that started it, or the file.",
		func(ctx context.Context, s storage.Storage) error {
			use := func() error {
				if err := errors.Join(Put(ctx, s, "go/x.jpg", Pattern(1000)), holds(ctx, s, "go/x.jpg", Pattern(1000))); err != nil {
					return err
				}
				_ = holdsNothing(ctx, s, "go/absent.jpg")
				_ = s.Put(ctx, "go/broken.jpg", brokenAfter("some"))
				f, err := s.Open(ctx, "go/x.jpg")
				if err != nil {
					return err
				}
				defer f.Close()
				_, err = io.ReadFull(f, make([]byte, 10))
				return err
			}
			// The first round may open a connection, which has goroutines and stays open; later rounds reuse it.
			const times, spare = 30, 15
			if err := use(); err != nil {
				return err
			}
			before := runtime.NumGoroutine()
			for range times {
				if err := use(); err != nil {
					return err
				}
			}
			for deadline := time.Now().Add(hang / 2); ; time.Sleep(10 * time.Millisecond) {
				more := runtime.NumGoroutine() - before
				if more <= spare {
					return nil
				}
				if time.Now().After(deadline) {
					return fmt.Errorf("%d goroutines more than before after %d Puts and Opens", more, 2*times)
				}
			}
		}},
}

// manyContents returns contents that differ in every byte and in length.
func manyContents() []string {
	var all []string
	for i := range 8 {
		all = append(all, strings.Repeat(string(rune('a'+i)), 40_000+i*1000))
	}
	return all
}

// atOnce calls f for all contents at once. The readers return their first byte when all of them have been
// asked for it, or after a short time, for storages that read only one at a time.
func atOnce(contents []string, f func(content string, r io.Reader) error) error {
	var begun, ended sync.WaitGroup
	begun.Add(len(contents))
	all := make(chan struct{})
	go func() { begun.Wait(); close(all) }()
	errs := make([]error, len(contents))
	for i, content := range contents {
		ended.Go(func() {
			first := sync.OnceFunc(func() {
				begun.Done()
				select {
				case <-all:
				case <-time.After(30 * time.Millisecond):
				}
			})
			defer first() // even if f does not read
			r := strings.NewReader(content)
			errs[i] = f(content, readFunc(func(b []byte) (int, error) {
				first()
				return r.Read(b[:min(len(b), 5000)])
			}))
		})
	}
	ended.Wait()
	return errors.Join(errs...)
}

func holdsOneOf(ctx context.Context, s storage.Storage, key string, contents []string) error {
	got, err := get(ctx, s, key)
	if err == nil && !slices.Contains(contents, got) {
		err = fmt.Errorf("%s holds %s, which was never put", quote(key), quote(got))
	}
	return err
}
