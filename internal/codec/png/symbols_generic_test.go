//go:build !amd64 || noasm

package png

func inGo(f func()) { f() }
