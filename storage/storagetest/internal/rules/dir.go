package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// Dir returns the rules for a storage in the directory root. reopen opens it once more.
func Dir(root string, reopen func() storage.Storage) []Rule {
	at := func(key string) string { return filepath.Join(root, filepath.FromSlash(key)) }
	return append(append(specialFileRules(at), tidyRules(root)...), []Rule{
		{"path", "The content of a key is the file root/key, where a web server finds it, and what is there by other means can be opened.",
			func(ctx context.Context, s storage.Storage) error {
				const key = "animals/kitten 1.jpg/100x100/crop/x.jpg"
				if err := Put(ctx, s, key, "content"); err != nil {
					return err
				}
				if b, err := os.ReadFile(at(key)); err != nil || string(b) != "content" {
					return fmt.Errorf("the file of %q holds %q, %w", key, b, err)
				}
				return errors.Join(os.WriteFile(at("animals/dog.jpg"), []byte("of another"), 0o600), holds(ctx, s, "animals/dog.jpg", "of another"))
			}},
		{"mode", "Files have mode 0644 and directories 0755, less the umask.",
			func(ctx context.Context, s storage.Storage) error {
				// The permissions after the umask are determined by creating a directory and a file here.
				err := errors.Join(os.Mkdir(at("probe"), 0o755), os.WriteFile(at("probe/file"), nil, 0o644), Put(ctx, s, "a/b/x.jpg", "content"))
				return errors.Join(err, sameMode(at("a"), at("probe")), sameMode(at("a/b"), at("probe")), sameMode(at("a/b/x.jpg"), at("probe/file")))
			}},
		{"directory", "A directory, empty or not, is fs.ErrNotExist from Open.",
			func(ctx context.Context, s storage.Storage) error {
				err := errors.Join(os.MkdirAll(at("full/empty.jpg"), 0o755), os.WriteFile(at("full/x.jpg"), nil, 0o644))
				return errors.Join(err, NotExist(ctx, s, "full"), NotExist(ctx, s, "full/empty.jpg"), NotExist(ctx, s, "full/empty.jpg/x.jpg"))
			}},
		{"temporary name", "While Put reads r, no file is where a key could name it.",
			func(ctx context.Context, s storage.Storage) error {
				var err error
				watch := func() error {
					files, walkErr := tree(root)
					for _, name := range files {
						if storage.ValidKey(name) {
							return fmt.Errorf("during Put there is %q, which is a key", name)
						}
					}
					return walkErr
				}
				for _, key := range []string{"x.jpg", "a/b/x.jpg"} {
					err = errors.Join(err, putWatched(ctx, s, key, Pattern(100_000), watch), os.RemoveAll(at(strings.Split(key, "/")[0])))
				}
				return err
			}},
		{"opened again", "A Put goes on undisturbed when the directory is opened once more, and swept, by this process or another.",
			func(ctx context.Context, s storage.Storage) error {
				return putWatched(ctx, s, "a/x.jpg", Pattern(100_000), func() error { reopen(); return nil })
			}},
	}...)
}

// tidyRules require that no other files are left in the directory root.
func tidyRules(root string) []Rule {
	return []Rule{
		{"nothing is left", "A Put that fails leaves the directory as it was: no temporary file, no empty directory.",
			func(ctx context.Context, s storage.Storage) error {
				if err := Put(ctx, s, "k.jpg", "content"); err != nil {
					return err
				}
				_ = s.Put(ctx, "a/b/x.jpg", brokenAfter("some"))
				_ = s.Put(canceled(ctx), "a/c/x.jpg", strings.NewReader("content"))
				putPanics(ctx, s, "a/d/x.jpg")
				_ = Put(ctx, s, "k.jpg/100x100/x.jpg", "a file stands for its folder")
				files, err := tree(root)
				if want := []string{"k.jpg"}; err != nil || !slices.Equal(files, want) {
					return fmt.Errorf("the directory holds %q, %v, want %q", files, err, want)
				}
				return nil
			}},
		{"empty parents", "RemoveAll leaves no empty directory, but the root.",
			func(ctx context.Context, s storage.Storage) error {
				r, ok := s.(storage.Remover)
				if !ok {
					return nil
				}
				if err := errors.Join(Put(ctx, s, "a/b/k.jpg/100x100/x.jpg", "1"), Put(ctx, s, "a/c.jpg", "2")); err != nil {
					return err
				}
				if err := r.RemoveAll(ctx, "a/b/k.jpg"); err != nil {
					return err
				}
				files, err := tree(root)
				if want := []string{"a", "a/c.jpg"}; err != nil || !slices.Equal(files, want) {
					return fmt.Errorf("the directory holds %q, %v, want %q", files, err, want)
				}
				if err := r.RemoveAll(ctx, "a"); err != nil {
					return err
				}
				if files, err = tree(root); err != nil || len(files) > 0 {
					return fmt.Errorf("the directory holds %q, %v, want nothing", files, err)
				}
				return nil
			}},
	}
}

// tree lists everything under root, with slashes.
func tree(root string) ([]string, error) {
	var all []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, _ fs.DirEntry, err error) error {
		if name != "." {
			all = append(all, name)
		}
		return err
	})
	return all, err
}

func sameMode(name, model string) error {
	got, err := os.Stat(name)
	if err != nil {
		return err
	}
	want, err := os.Stat(model)
	if err == nil && got.Mode() != want.Mode() {
		err = fmt.Errorf("%s has mode %v, want %v", name, got.Mode(), want.Mode())
	}
	return err
}
