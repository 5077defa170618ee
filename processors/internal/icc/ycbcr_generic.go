//go:build !amd64 || noasm

package icc

func toRGB(line, luma, cb, cr []byte) { toRGBGo(line, luma, cb, cr) }
