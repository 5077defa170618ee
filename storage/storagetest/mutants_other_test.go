//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package storagetest

var dirMutants = commonDirMutants
