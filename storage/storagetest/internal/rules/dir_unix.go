//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package rules

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// specialFileRules are about files that are neither regular files nor directories. at returns the path of a
// key.
func specialFileRules(at func(key string) string) []Rule {
	return []Rule{
		{"link out", "A symbolic link that leads out of the directory, to a file or a directory, is fs.ErrNotExist from Open.",
			func(ctx context.Context, s storage.Storage) error {
				outside, err := os.MkdirTemp("", "storagetest")
				if err != nil {
					return err
				}
				defer os.RemoveAll(outside)
				secret := filepath.Join(outside, "secret.jpg")
				relative, err := filepath.Rel(at("."), secret)
				if err != nil {
					return err
				}
				return errors.Join(os.WriteFile(secret, []byte("secret"), 0o644),
					os.Symlink(secret, at("file.jpg")), os.Symlink(outside, at("folder")), os.Symlink(relative, at("relative.jpg")),
					os.Symlink("..", at("up")), os.Symlink("/", at("top")),
					NotExist(ctx, s, "file.jpg"), NotExist(ctx, s, "folder/secret.jpg"), NotExist(ctx, s, "relative.jpg"),
					NotExist(ctx, s, "up/x.jpg"), NotExist(ctx, s, "top/etc/passwd"))
			}},
		{"link to nothing", "A symbolic link that leads nowhere, or in a circle, is fs.ErrNotExist from Open.",
			func(ctx context.Context, s storage.Storage) error {
				return errors.Join(os.Symlink("absent.jpg", at("nowhere.jpg")), os.Symlink("circle.jpg", at("circle.jpg")),
					NotExist(ctx, s, "nowhere.jpg"), NotExist(ctx, s, "circle.jpg"), NotExist(ctx, s, "circle.jpg/x.jpg"))
			}},
		{"FIFO", "A FIFO is fs.ErrNotExist from Open, which does not wait for its writer.",
			func(ctx context.Context, s storage.Storage) error {
				if err := syscall.Mkfifo(at("fifo.jpg"), 0o644); err != nil {
					return err
				}
				return within(ctx, "Open of a FIFO", func(ctx context.Context) error { return NotExist(ctx, s, "fifo.jpg") })
			}},
		{"socket", "A socket is fs.ErrNotExist from Open.",
			func(ctx context.Context, s storage.Storage) error {
				// The path of a socket can have only about 100 bytes, so the socket is created elsewhere and renamed.
				short, err := os.MkdirTemp("", "s")
				if err != nil {
					return err
				}
				defer os.RemoveAll(short)
				l, err := net.Listen("unix", filepath.Join(short, "s"))
				if err != nil {
					return err
				}
				defer l.Close()
				return errors.Join(os.Rename(filepath.Join(short, "s"), at("socket.jpg")), NotExist(ctx, s, "socket.jpg"))
			}},
		{"device", "A device is fs.ErrNotExist from Open, and never read.",
			func(ctx context.Context, s storage.Storage) error {
				err := mknod(at("zero.jpg"))
				if errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) {
					return nil // only root may create a device
				}
				if err != nil {
					return fmt.Errorf("mknod: %w", err)
				}
				return NotExist(ctx, s, "zero.jpg")
			}},
	}
}
