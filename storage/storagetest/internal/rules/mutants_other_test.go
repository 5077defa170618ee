//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package rules

var dirMutants = commonDirMutants
