//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package rules

// specialFileRules has no rules, because package syscall can't create special files on this system.
func specialFileRules(func(key string) string) []Rule { return nil }
