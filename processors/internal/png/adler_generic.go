//go:build !amd64 || noasm

package png

func (s *adler) add(p []byte) { s.addGo(p) }
