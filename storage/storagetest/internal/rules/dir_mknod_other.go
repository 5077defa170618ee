//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package rules

import "errors"

// mknod makes no device: their numbers differ from system to system.
func mknod(string) error { return errors.ErrUnsupported }
