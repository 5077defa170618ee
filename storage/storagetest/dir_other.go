//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package storagetest

// specialFileRules has no rule where package syscall makes no special files.
func specialFileRules(func(key string) string) []rule { return nil }
