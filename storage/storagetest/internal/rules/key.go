package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// keyRules specify which keys are valid, and that keys are independent.
var keyRules = []Rule{
	{"absent", "Open of a key that was never put returns an error that matches fs.ErrNotExist.",
		func(ctx context.Context, s storage.Storage) error {
			return errors.Join(NotExist(ctx, s, "absent.jpg"), NotExist(ctx, s, "absent/100x100/crop/x.jpg"))
		}},
	{"prefix of a key", "A key that is only the beginning of others, as a directory is, holds nothing: Open says fs.ErrNotExist.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "folder/kitten.jpg/100x100/x.jpg", "content"); err != nil {
				return err
			}
			return errors.Join(NotExist(ctx, s, "folder"), NotExist(ctx, s, "folder/kitten.jpg"),
				NotExist(ctx, s, "folder/kitten.jpg/100x100"))
		}},
	{"below a key", "A key that goes on below one that holds something holds nothing for that: Open says fs.ErrNotExist.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "file.jpg", "content"); err != nil {
				return err
			}
			return errors.Join(NotExist(ctx, s, "file.jpg/x.jpg"), NotExist(ctx, s, "file.jpg/100x100/crop/x.jpg"))
		}},
	{"another spelling", "A key is not normalized: what is not a valid key opens nothing, even where cleaning or decoding it would give one that holds something, and Open says fs.ErrNotExist.",
		func(ctx context.Context, s storage.Storage) error {
			if err := Put(ctx, s, "a/b.jpg", "content"); err != nil {
				return err
			}
			var errs []error
			for _, key := range append(invalidKeys(), "/a/b.jpg", "a/b.jpg/", "a//b.jpg", "a/./b.jpg", "./a/b.jpg", "a/../a/b.jpg",
				"a/x/../b.jpg", `a\b.jpg`, "a/b.jpg\x00", "../a/b.jpg") {
				errs = append(errs, NotExist(ctx, s, key))
			}
			return errors.Join(errs...)
		}},
	{"invalid", "Put of a key that is not valid returns an error that matches fs.ErrInvalid.",
		func(ctx context.Context, s storage.Storage) error {
			for _, key := range invalidKeys() {
				if err := s.Put(ctx, key, strings.NewReader("content")); !errors.Is(err, fs.ErrInvalid) {
					return fmt.Errorf("Put(%s) returns %v, want fs.ErrInvalid", quote(key), err)
				}
			}
			return nil
		}},
	{"odd", "Every valid key is a key of its own, byte for byte: spaces, +, %, an escape spelled out, #, ?, quotes, Unicode.",
		func(ctx context.Context, s storage.Storage) error { return distinct(ctx, s, oddKeys) }},
	{"long", "Segments of 255 bytes and keys of 1000 bytes are keys like others, down to the last byte.",
		func(ctx context.Context, s storage.Storage) error {
			segment, key := strings.Repeat("s", 254), Pattern(249)
			return distinct(ctx, s, []string{
				segment + "1/x.jpg", segment + "2/x.jpg", "long/" + segment + "1", "long/" + segment + "2",
				strings.Repeat(key+"/", 3) + key + "1", strings.Repeat(key+"/", 3) + key + "2",
				strings.Repeat("d/", 499) + "x1", strings.Repeat("d/", 499) + "x2",
				strings.Repeat("猫", 85) + "/x.jpg",
			})
		}},
	{"both", "Where a key is also the beginning of another, the storage holds both, or the second Put returns an error; the first keeps its content.",
		func(ctx context.Context, s storage.Storage) error {
			for _, keys := range [][2]string{
				{"k.jpg", "k.jpg/100x100/crop/x.jpg"},
				{"l.jpg/100x100/crop/x.jpg", "l.jpg"},
				{"m/l.jpg/100x100/crop/x.jpg", "m/l.jpg/100x100"},
			} {
				if err := Put(ctx, s, keys[0], "first"); err != nil {
					return err
				}
				if Put(ctx, s, keys[1], "second") == nil {
					if err := holds(ctx, s, keys[1], "second"); err != nil {
						return err
					}
				}
				if err := holds(ctx, s, keys[0], "first"); err != nil {
					return err
				}
			}
			return nil
		}},
}

// distinct stores different content under every key, and then checks all of them.
func distinct(ctx context.Context, s storage.Storage, keys []string) error {
	for _, key := range keys {
		if err := Put(ctx, s, key, "of "+key); err != nil {
			return err
		}
	}
	var errs []error
	for _, key := range keys {
		errs = append(errs, holds(ctx, s, key, "of "+key))
	}
	return errors.Join(errs...)
}

var oddKeys = []string{
	"a b.jpg", "a+b.jpg", "a%20b.jpg", "a%2Bb.jpg", " a", "a ", "a",
	"x/y.jpg", "x%2Fy.jpg", "x%252Fy.jpg",
	"%", "%%", "100%.jpg", "%zz", "%00", "%5C", "&amp;", "a&b=c;d", "a:b", "C:", "@", "~", "~user", "$HOME", "`id`", "!", "=", "|", "<b>",
	"#", "a#b", "?", "a?b", "?versionId=1", `"`, "'", `"a"`, "a,b", "(a)", "[a]", "{a}", "{{.}}", "a*", "*", "a_", "%s", "-rf", "--",
	"...", "..a", "a..", ".a", "a.", "d/...", "d/..b/c...", "d/ ", "d/+",
	"猫.jpg", "猫/写真 1.jpg", "😀/👩‍👩‍👧.png", "naïve.jpg", "ПРИВЕТ", "\u00a0", "\u2028", "\u202egpj.exe", "\ufeffa", "\ufffd", "\U0010ffff",
}

func invalidKeys() []string {
	long := strings.Repeat("s", 256)
	return []string{
		"", "/", ".", "..", "/a", "a/", "a//b", "./a", "a/.", "a/./b", "../a", "a/..", "a/../b", "../../../../etc/hostname", "/etc/hostname",
		`a\b`, `..\a`, `\`, "a\x00", "\x00", "a\nb", "a\tb", "\x1f", "\x7f", "a/\x7fb", "\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf",
		long, "a/" + long + "/b", strings.Repeat("猫", 86), strings.Repeat("d/", 500) + "x", strings.Repeat(long[:249]+"/", 4) + "1",
	}
}
