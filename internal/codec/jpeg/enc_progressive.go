package jpeg

import "math/bits"

// scanScript lists the scans of each component of a progressive file: DC, the lowest AC coefficients, which give a picture of twice the
// resolution, and all other AC coefficients. There are no refinement scans, because they save less than one percent and need Huffman tables
// of their own.
//
// The scans of a group follow each other and share a Huffman table, which saves more bytes than a table for each scan would. The groups are
// in order from coarse to fine.
var scanScript = [3][]stream{
	{{group: 0}, {group: 2, scan: scan{ss: 1, se: 1}}, {group: 3, scan: scan{ss: 2, se: 2}}, {group: 5, scan: scan{ss: 3, se: 63}}},
	{{group: 1}, {group: 4, scan: scan{ss: 1, se: 2}}, {group: 6, scan: scan{ss: 3, se: 63}}},
	{{group: 1}, {group: 4, scan: scan{ss: 1, se: 2}}, {group: 6, scan: scan{ss: 3, se: 63}}},
}

const scanGroups = 7

// shortScript is the script of small pictures, in which Huffman tables and headers of scans are a large part of the file. It
// has only three tables. All of them come in one segment, before the first scan.
var shortScript = [3][]stream{
	{{group: 0}, {group: 1, scan: scan{ss: 1, se: 1}}, {group: 1, scan: scan{ss: 2, se: 2}}, {group: 2, scan: scan{ss: 3, se: 63}}},
	{{group: 0}, {group: 2, scan: scan{ss: 1, se: 63}}},
	{{group: 0}, {group: 2, scan: scan{ss: 1, se: 63}}},
}

// shortScriptBelow is the number of samples from which scanScript gives smaller files than shortScript.
const shortScriptBelow = 120_000

// progressive writes a progressive file.
func (e *encoder) progressive() error {
	e.script = &scanScript
	samples := int64(0)
	for _, c := range e.comps {
		samples += int64(e.size.X) * int64(e.size.Y) * int64(c.h*c.v) / int64(e.hMax*e.vMax)
	}
	if samples < shortScriptBelow {
		e.script = &shortScript
	}
	for i := range e.comps {
		for n, s := range e.script[i] {
			e.streams[i][n].scan, e.streams[i][n].group = s.scan, s.group
		}
	}
	for row := range e.mcus.Y {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		e.src.load(row)
		for i, c := range e.comps {
			for v := range c.v {
				if y := row*c.v + v; y < c.blocks.Y {
					if err := e.progressiveRow(i, y, v); err != nil {
						return err
					}
				}
			}
		}
	}
	e.startOfFile(mSOF2)
	if err := e.writeScans(); err != nil {
		return err
	}
	e.endOfFile()
	return nil
}

// progressiveRow makes the tokens of a row of blocks of component i for all scans.
func (e *encoder) progressiveRow(i, y, v int) error {
	c := &e.comps[i]
	for x := range c.blocks.X {
		nonzero := e.forward(i, x, y, v)
		for n := range e.script[i] {
			s := &e.streams[i][n]
			to, err := e.reserve(s, blockTokens)
			if err != nil {
				return err
			}
			counts := &e.counts[s.group]
			if n == 0 {
				dc := int32(e.coded[0])
				size, low := magnitude(dc - c.dc)
				c.dc = dc
				counts[size]++
				to.tokens[to.count] = newToken(0, size, low)
				to.count++
				continue
			}
			s.band(to, &e.coded, nonzero, counts)
		}
	}
	return nil
}

// longestRun is the longest end-of-band run that EOB14 can state, in blocks.
const longestRun = 1<<15 - 1

// band makes the tokens of a block in a scan of AC coefficients (section G.1.2.2).
func (s *stream) band(to *chunk, b *codedBlock, nonzero uint64, counts *histogram) {
	nonzero &= ^uint64(0) << s.scan.ss & (^uint64(0) >> (63 - s.scan.se))
	if nonzero != 0 {
		s.endRun(to, counts)
		to.count += tokensAC(to.tokens[to.count:], b, nonzero, s.scan.ss, counts, 1)
		if nonzero>>s.scan.se != 0 {
			return
		}
	}
	s.run++
	if s.run == longestRun {
		s.endRun(to, counts)
	}
}

// endRun makes the token of an end-of-band run, if there is one.
func (s *stream) endRun(to *chunk, counts *histogram) {
	if s.run == 0 {
		return
	}
	n := bits.Len(uint(s.run)) - 1
	counts[n<<4]++
	to.tokens[to.count] = newToken(1, n<<4, uint32(s.run)&(1<<n-1))
	to.count++
	s.run = 0
}

// writeScans writes the scans of all groups with their Huffman tables. The table of a group of DC scans is DC 0. The
// tables of AC scans are AC 0 and, in a short script, AC 1.
func (e *encoder) writeScans() error {
	var specs [scanGroups]huffmanSpec
	var ids [scanGroups]byte
	groups := 0
	for i := range e.comps {
		for _, s := range e.script[i] {
			groups = max(groups, s.group+1)
			if s.scan.se > 0 {
				ids[s.group] = 0x10
			}
		}
	}
	for group := range groups {
		if err := e.endRuns(group); err != nil {
			return err
		}
		specs[group].optimal(&e.counts[group])
	}
	short := e.script == &shortScript
	if short {
		ids[groups-1]++
		e.writeTables(specs[:groups], ids[:groups])
	}
	for group := range groups {
		if !short {
			e.writeTables(specs[group:group+1], ids[group:group+1])
		}
		if err := e.writeGroup(group, &specs[group], ids[group]); err != nil {
			return err
		}
	}
	return nil
}

// writeGroup writes the scans of a group, whose Huffman table has been written. The DC coefficients of Cb and Cr share one
// scan, because one scan header is shorter than two. Both components have the same number of blocks.
func (e *encoder) writeGroup(group int, spec *huffmanSpec, id byte) error {
	if id>>4 == 0 {
		e.codes.set(0, spec, magnitudeBits)
	} else {
		e.codes.set(1, spec, bandBits)
	}
	for i := range e.comps {
		for n := range e.script[i] {
			s := &e.streams[i][n]
			if s.group != group || n == 0 && i == 2 {
				continue
			}
			comp := e.comps[i]
			comp.table = int(id & 15)
			comps, write := []encComponent{comp}, func() error { return e.write(s) }
			if n == 0 && i == 1 {
				comps, write = []encComponent{comp, comp}, func() error { return e.writeBoth(s, &e.streams[2][0]) }
			}
			e.startOfScan(comps, i, s.scan)
			if err := write(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endRuns ends the end-of-band runs of a group.
func (e *encoder) endRuns(group int) error {
	for i := range e.comps {
		for n := range e.script[i] {
			if s := &e.streams[i][n]; s.group == group {
				to, err := e.reserve(s, 1)
				if err != nil {
					return err
				}
				s.endRun(to, &e.counts[group])
			}
		}
	}
	return nil
}
