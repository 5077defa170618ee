//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package rules

// specialFileRules has no rule where package syscall makes no special files.
func specialFileRules(func(key string) string) []Rule { return nil }
