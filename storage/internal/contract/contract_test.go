package contract_test

import (
	"context"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
	"github.com/stretchr/testify/assert"
)

func TestKeysAreValidByTheirSegments(t *testing.T) {
	for key, valid := range map[string]bool{
		"kitten.jpg": true, "a/b/c": true, " ": true, "...": true, ".a": true, "%2F": true, "猫/😀.png": true, "\u0085": true,
		strings.Repeat("s", 255): true, strings.Repeat("猫", 85): true, strings.Repeat("d/", 499) + "xy": true,
		"": false, "/": false, "/a": false, "a/": false, "a//b": false, ".": false, "..": false, "a/../b": false, "a/.": false,
		`a\b`: false, "a\x00": false, "\x1f": false, "\x7f": false, "\xff": false, "\xed\xa0\x80": false,
		strings.Repeat("s", 256): false, strings.Repeat("猫", 86): false, strings.Repeat("d/", 500) + "x": false,
	} {
		assert.Equal(t, valid, contract.ValidKey(key), "%q", key)
	}
}

func FuzzValidKeysArePathsOfIOFS(f *testing.F) {
	for _, key := range []string{"a/b.jpg", "a//b", "../a", "a\x7f", `\`, "猫", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !contract.ValidKey(key) {
			return
		}
		if !fs.ValidPath(key) || key == "." || len(key) > 1000 || strings.ContainsAny(key, "\\\x00\n\x7f") {
			t.Errorf("%q counts as valid", key)
		}
		for segment := range strings.SplitSeq(key, "/") {
			if !contract.ValidKey(segment) {
				t.Errorf("%q counts as valid, its segment %q does not", key, segment)
			}
		}
	})
}

func TestErrorsThatNeedNoLookAtTheContent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 2 {
		for name, c := range map[string]struct {
			check func(key string) error
			key   string
			want  error // while ctx lives
		}{
			"open":                {func(key string) error { return contract.Open(ctx, key) }, "a/b", nil},
			"open, no key":        {func(key string) error { return contract.Open(ctx, key) }, "a//b", fs.ErrNotExist},
			"put":                 {func(key string) error { return contract.Change(ctx, "put", key) }, "a/b", nil},
			"put, no key":         {func(key string) error { return contract.Change(ctx, "put", key) }, "a//b", fs.ErrInvalid},
			"list":                {func(key string) error { return contract.List(ctx, key) }, "a/b", nil},
			"list of all":         {func(key string) error { return contract.List(ctx, key) }, "", nil},
			"list, no key":        {func(key string) error { return contract.List(ctx, key) }, "a//b", fs.ErrInvalid},
			"a key of no content": {contract.NotExist, "a/b", fs.ErrNotExist},
		} {
			want := c.want
			if ctx.Err() != nil && name != "a key of no content" {
				want = context.Canceled
			}
			err := c.check(c.key)
			assert.ErrorIs(t, err, want, name)
			if err != nil {
				assert.Contains(t, err.Error(), c.key, name)
			}
		}
		cancel()
	}
}

func TestAnAbsentFileHasManyErrorsAndAFailureIsNone(t *testing.T) {
	for err, absent := range map[error]bool{
		fs.ErrNotExist: true, fs.ErrInvalid: true, syscall.ENOTDIR: true, syscall.ENAMETOOLONG: true, syscall.ELOOP: true,
		fs.ErrPermission: false, syscall.EIO: false, syscall.EMFILE: false, nil: false,
	} {
		assert.Equal(t, absent, contract.IsNotExist(err), "%v", err)
	}
}

func TestUnderAPrefixIsBelowItsLastSegment(t *testing.T) {
	for key, under := range map[string]bool{"a/b/c": true, "a/b/c/d": true, "a/b": false, "a/bc": false, "a/b/": true, "b/b/c": false, "": false} {
		assert.Equal(t, under, contract.Under(key, "a/b"), key)
	}
}

func TestAReaderEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := contract.Reader{Ctx: ctx, R: strings.NewReader("content")}
	b := make([]byte, 3)
	n, err := r.Read(b)
	assert.NoError(t, err)
	assert.Equal(t, "con", string(b[:n]))
	cancel()
	n, err = r.Read(b)
	assert.Zero(t, n)
	assert.ErrorIs(t, err, context.Canceled)
}
