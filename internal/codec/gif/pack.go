package gif

import "compress/lzw"

// A packer compresses pixels.
type packer struct {
	err     func() error // why to end; nil: never
	lzw     *lzw.Writer
	out     subBlocks
	indices []byte
}

// room returns memory for n indices, until it is called again.
func (p *packer) room(n int) []byte {
	if cap(p.indices) < n {
		p.indices = make([]byte, n)
	}
	return p.indices[:n]
}

// pack returns the minimum code size and the sub-blocks of indices of so many bits, until it is
// called again. What it returns is cut where there is a reason to end.
func (p *packer) pack(indices []byte, width int) []byte {
	width = max(width, 2) // GIF89a, appendix F
	p.out = subBlocks{data: append(p.out.data[:0], byte(width), 0), head: 1}
	if p.lzw == nil {
		p.lzw = lzw.NewWriter(&p.out, lzw.LSB, width).(*lzw.Writer)
	} else {
		p.lzw.Reset(&p.out, lzw.LSB, width)
	}
	// Neither fails: subBlocks does not, and no index is too large for its width.
	for len(indices) > 0 && (p.err == nil || p.err() == nil) {
		n := min(len(indices), 1<<18)
		_, _ = p.lzw.Write(indices[:n])
		indices = indices[n:]
	}
	_ = p.lzw.Close()
	if p.out.data[p.out.head] != 0 {
		p.out.data = append(p.out.data, 0)
	}
	return p.out.data
}

// subBlocks cuts what is written into sub-blocks, the last of which has its length at head.
type subBlocks struct {
	data []byte
	head int
}

// WriteByte and Flush spare package lzw a buffer.
func (s *subBlocks) WriteByte(c byte) error {
	if s.data[s.head] == 255 {
		s.head = len(s.data)
		s.data = append(s.data, 0)
	}
	s.data = append(s.data, c)
	s.data[s.head]++
	return nil
}

func (s *subBlocks) Flush() error { return nil }

func (s *subBlocks) Write(p []byte) (int, error) {
	for _, c := range p {
		_ = s.WriteByte(c)
	}
	return len(p), nil
}
