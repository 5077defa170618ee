//go:build !linux

package codectest

import "testing"

// AtPageEnd returns n bytes. That nothing behind them is touched only a slice's bounds tell here.
func AtPageEnd(_ testing.TB, n int) []byte { return make([]byte, n) }

// AtPageStart returns n bytes.
func AtPageStart(_ testing.TB, n int) []byte { return make([]byte, n) }
