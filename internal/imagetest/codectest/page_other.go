//go:build !linux

package codectest

import "testing"

// AtPageEnd returns n bytes. On this system, only the bounds of the slice prevent access beyond them.
func AtPageEnd(_ testing.TB, n int) []byte { return make([]byte, n) }

// AtPageStart returns n bytes. On this system, only the bounds of the slice prevent access before them.
func AtPageStart(_ testing.TB, n int) []byte { return make([]byte, n) }
