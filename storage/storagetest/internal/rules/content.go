package rules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/iotest"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// contentRules require that content is stored unchanged.
var contentRules = []Rule{
	{"bytes", "Content is bytes: each of the 256 values is kept, in any order.",
		func(ctx context.Context, s storage.Storage) error {
			var all strings.Builder
			for i := range 256 {
				all.WriteString("\r\n\x00\x1a\xff\xfe")
				all.WriteByte(byte(i))
			}
			return errors.Join(Put(ctx, s, "bytes", all.String()), holds(ctx, s, "bytes", all.String()))
		}},
	{"empty", "Empty content is content: the key is there, and its file has no byte.",
		func(ctx context.Context, s storage.Storage) error {
			return errors.Join(Put(ctx, s, "empty.jpg", ""), holds(ctx, s, "empty.jpg", ""))
		}},
	{"large", "Content of several megabytes is kept whole.",
		func(ctx context.Context, s storage.Storage) error {
			content := Pattern(6<<20 + 1)
			return errors.Join(Put(ctx, s, "large.png", content), holds(ctx, s, "large.png", content))
		}},
	{"any reader", "Put takes what an io.Reader may do: bytes one at a time, no byte and no error, bytes along with io.EOF.",
		func(ctx context.Context, s storage.Storage) error {
			content := Pattern(1000)
			for name, r := range map[string]io.Reader{
				"one byte at a time":    iotest.OneByteReader(strings.NewReader(content)),
				"half of what is asked": iotest.HalfReader(strings.NewReader(content)),
				"bytes with io.EOF":     iotest.DataErrReader(strings.NewReader(content)),
				"sometimes no byte":     sometimesNothing(strings.NewReader(content)),
			} {
				if err := s.Put(ctx, "reader.jpg", r); err != nil {
					return fmt.Errorf("Put from a reader that gives %s: %w", name, err)
				}
				if err := holds(ctx, s, "reader.jpg", content); err != nil {
					return fmt.Errorf("Put from a reader that gives %s: %w", name, err)
				}
			}
			return nil
		}},
	{"replace", "Put to a key that holds something replaces all of it, by longer or by shorter content.",
		func(ctx context.Context, s storage.Storage) error {
			for _, content := range []string{"first", "the second one", "3rd", "", "last"} {
				if err := errors.Join(Put(ctx, s, "a/x.jpg", content), holds(ctx, s, "a/x.jpg", content)); err != nil {
					return err
				}
			}
			return nil
		}},
}

// sometimesNothing returns a reader that returns 0, nil at every second call.
func sometimesNothing(r io.Reader) io.Reader {
	nothing := false
	return readFunc(func(b []byte) (int, error) {
		if nothing = !nothing; nothing {
			return 0, nil
		}
		return r.Read(b[:min(len(b), 100)])
	})
}
