package jpeg

// progress records by component which bits of each coefficient have been read. 0 means none; otherwise the value is
// the position of the lowest bit read, plus 1.
type progress [4][64]uint8

// fits reports whether a scan has the next missing bits of component i.
func (p *progress) fits(i int, s *scan) bool {
	next := uint8(0)
	if s.ah > 0 {
		next = uint8(s.ah) + 1
	}
	return p[i][s.ss] == next
}

func (p *progress) note(s *scan) {
	for _, sc := range s.comps {
		for k := s.ss; k <= s.se; k++ {
			p[sc.index][k] = uint8(s.al) + 1
		}
	}
}

// complete reports whether all bits of n components have been read. No scan can follow then.
func (p *progress) complete(n int) bool {
	for i := range n {
		for _, bit := range p[i] {
			if bit != 1 {
				return false
			}
		}
	}
	return true
}
