package tiff

// oneDimension decodes a row of runs of alternating color (T.4, 4.1).
func (s *faxSource) oneDimension() error {
	at := 0
	for color := 0; at < s.width; color ^= 1 {
		n, err := s.run(color)
		if err != nil {
			return err
		}
		at += n
		if err := s.change(at); err != nil {
			return err
		}
	}
	return nil
}

// run reads the length of a run.
func (s *faxSource) run(color int) (int, error) {
	total := 0
	for {
		r := s.codes.runs[color][s.bits.peek(faxPeek)]
		if r.bits == 0 {
			return 0, s.badCode()
		}
		s.bits.skip(uint(r.bits))
		total += int(r.pixels)
		switch {
		case total > s.width:
			return 0, corrupt("a run extends beyond its row")
		case r.pixels < 64:
			return total, s.bits.overrun()
		}
	}
}

func (s *faxSource) badCode() error {
	if err := s.bits.overrun(); err != nil {
		return err
	}
	return corrupt("invalid fax code")
}

// change appends a column at which the color changes.
func (s *faxSource) change(at int) error {
	switch {
	case at > s.width:
		return corrupt("a run extends beyond its row")
	case len(s.row) == cap(s.row)-faxEnd:
		return corrupt("too many runs of length 0")
	}
	s.row = append(s.row, int32(at))
	return nil
}

// twoDimensions decodes a row that is coded as differences from the row above (T.4, 4.2; T.6, 2.2).
func (s *faxSource) twoDimensions() error {
	at, color, b := -1, 0, 0
	for at < s.width {
		m := s.codes.modes[s.bits.peek(faxModePeek)]
		if m.bits == 0 {
			return s.badCode()
		}
		s.bits.skip(uint(m.bits))
		if err := s.bits.overrun(); err != nil {
			return err
		}
		for b > 0 && int(s.above[b-1]) > at {
			b--
		}
		for b&1 != color || int(s.above[b]) <= at && int(s.above[b]) < s.width {
			b++
		}
		switch m.mode {
		case modePass:
			at = int(s.above[b+1])
		case modeVertical:
			next := int(s.above[b]) + int(m.shift)
			if next < max(at, 0) {
				return corrupt("a run of negative length")
			}
			if err := s.change(next); err != nil {
				return err
			}
			at, color = next, color^1
		case modeHorizontal:
			next := max(at, 0)
			for i := range 2 {
				n, err := s.run(color ^ i)
				if err != nil {
					return err
				}
				next += n
				if err := s.change(next); err != nil {
					return err
				}
			}
			at = next
		}
	}
	return nil
}
