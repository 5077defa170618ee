package rules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing/iotest"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// fileRules specify the properties of an open file.
var fileRules = []Rule{
	{"regular", "Stat describes a regular file.",
		func(ctx context.Context, s storage.Storage) error {
			return withFile(ctx, s, "stat.jpg", "content", func(_ fs.File, info fs.FileInfo) error {
				if !info.Mode().IsRegular() || info.IsDir() {
					return fmt.Errorf("Stat says mode %v, directory %v", info.Mode(), info.IsDir())
				}
				return nil
			})
		}},
	{"size", "Stat gives the size of the content in bytes, also before it is read.",
		func(ctx context.Context, s storage.Storage) error {
			for _, size := range []int{0, 1, 70_000} {
				err := withFile(ctx, s, "size.jpg", Pattern(size), func(_ fs.File, info fs.FileInfo) error {
					if info.Size() != int64(size) {
						return fmt.Errorf("Stat says %d bytes, want %d", info.Size(), size)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		}},
	{"time", "Stat gives the time of the Put, the same as long as the content stays; an HTTP cache relies on it.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "time.jpg", "content"); err != nil {
				return err
			}
			first, err := modTime(ctx, s, "time.jpg")
			if err != nil {
				return err
			}
			// The clock of another host may be wrong, but an invented time differs by more.
			if d := time.Since(first).Abs(); d > time.Hour {
				return fmt.Errorf("Stat says %v, which is %v off", first, d.Round(time.Second))
			}
			time.Sleep(2 * time.Millisecond) // so that a storage that reports the time of Open reports another time
			if again, err := modTime(ctx, s, "time.jpg"); err != nil || !again.Equal(first) {
				return errors.Join(err, fmt.Errorf("Stat says %v and later %v, though nothing was put", first, again))
			}
			return nil
		}},
	{"end", "At its end the file returns 0, io.EOF, as often as it is read.",
		func(ctx context.Context, s storage.Storage) error {
			for _, content := range []string{"", "content"} {
				err := withFile(ctx, s, "end.jpg", content, func(f fs.File, _ fs.FileInfo) error {
					if _, err := io.ReadAll(f); err != nil {
						return err
					}
					for range 3 {
						if n, err := f.Read(make([]byte, 10)); n != 0 || err != io.EOF {
							return fmt.Errorf("Read at the end returns %d, %v, want 0, io.EOF", n, err)
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		}},
	{"small reads", "A file can be read in pieces of any size.",
		func(ctx context.Context, s storage.Storage) error {
			content := Pattern(10_000)
			return withFile(ctx, s, "pieces.jpg", content, func(f fs.File, _ fs.FileInfo) error {
				var got []byte
				for size := 1; ; size = size*3 + 1 {
					b := make([]byte, size)
					n, err := f.Read(b)
					got = append(got, b[:max(n, 0)]...)
					if err != nil || n > size || len(got) > len(content) {
						if err != io.EOF || string(got) != content {
							return fmt.Errorf("in pieces it reads %s, %w, want %s", quote(string(got)), err, quote(content))
						}
						return nil
					}
				}
			})
		}},
	{"seek", "If the file is an io.Seeker or an io.ReaderAt, it does what those say.",
		func(ctx context.Context, s storage.Storage) error {
			content := Pattern(1000)
			return withFile(ctx, s, "seek.jpg", content, func(f fs.File, _ fs.FileInfo) error {
				if _, ok := f.(io.Seeker); !ok {
					return nil
				}
				return iotest.TestReader(f, []byte(content))
			})
		}},
	{"own position", "Files that are open at once for one key have a position each.",
		func(ctx context.Context, s storage.Storage) error {
			return withFile(ctx, s, "two.jpg", "content", func(first fs.File, _ fs.FileInfo) error {
				half := make([]byte, 3)
				if _, err := io.ReadFull(first, half); err != nil {
					return err
				}
				if err := holds(ctx, s, "two.jpg", "content"); err != nil {
					return err
				}
				return rest(first, "tent")
			})
		}},
	{"replaced while open", "A file that is open reads on in the content that it was opened with when another one is put.",
		func(ctx context.Context, s storage.Storage) error {
			return withFile(ctx, s, "open.jpg", "the old one", func(f fs.File, _ fs.FileInfo) error {
				half := make([]byte, 4)
				if _, err := io.ReadFull(f, half); err != nil {
					return err
				}
				if err := Put(ctx, s, "open.jpg", "and a new one"); err != nil {
					return err
				}
				return rest(f, "old one")
			})
		}},
	{"close", "Close of a file returns nil, whether it was read to its end, halfway or not at all.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "close.jpg", "content"); err != nil {
				return err
			}
			for _, n := range []int64{0, 3, 7, 8} {
				f, err := s.Open(ctx, "close.jpg")
				if err != nil {
					return err
				}
				_, _ = io.CopyN(io.Discard, f, n)
				if err := f.Close(); err != nil {
					return fmt.Errorf("Close after %d bytes: %w", n, err)
				}
			}
			return nil
		}},
}

// withFile puts content and calls f with the opened file. The error of Close is ignored, because another
// rule tests it.
func withFile(ctx context.Context, s storage.Storage, key, content string, f func(fs.File, fs.FileInfo) error) error {
	if err := Put(ctx, s, key, content); err != nil {
		return err
	}
	file, err := s.Open(ctx, key)
	if err != nil {
		return fmt.Errorf("Open(%s): %w", quote(key), err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("Stat of %s: %w", quote(key), err)
	}
	return f(file, info)
}

func modTime(ctx context.Context, s storage.Storage, key string) (time.Time, error) {
	f, err := s.Open(ctx, key)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// rest checks the unread rest of f.
func rest(f fs.File, want string) error {
	got, err := io.ReadAll(f)
	if err == nil && string(got) != want {
		err = fmt.Errorf("the open file goes on with %s, want %s", quote(string(got)), quote(want))
	}
	return err
}
