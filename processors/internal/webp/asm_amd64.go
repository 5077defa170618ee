//go:build !noasm

package webp

import "golang.org/x/sys/cpu"

// What a picture is decoded for is the entropy coding and the residue of every block, whatever its thumbnail's size. In Go that takes twice as long:
// of libvips' time 1.4 instead of 0.75 where a file of 16.8 million pixels has 2.9 MB, and 1.0 instead of 0.6 where it has 0.4 MB (bench/; BenchmarkDecode
// with and without the tag noasm).
var (
	hasAVX2 = cpu.X86.HasAVX2
	hasBMI  = cpu.X86.HasAVX && cpu.X86.HasBMI2 && cpu.X86.HasLZCNT
)

//go:noescape
func readModesBMI(d *decoder, m *macroblock, above, left *[4]uint8)

func (d *decoder) readModes(m *macroblock, above, left *[4]uint8) {
	if !hasBMI {
		d.readModesGo(m, above, left)
		return
	}
	readModesBMI(d, m, above, left)
}

//go:noescape
func readBlocksBMI(p *partition, s *square)

func (p *partition) readBlocks(s *square) {
	if !hasBMI {
		p.readBlocksGo(s)
		return
	}
	last := s.side*s.side - 1
	_, _ = s.counts[last], s.to[last/4] // the assembly's reach
	readBlocksBMI(p, s)
}

// addGroupAVX2 and predictBlocksAVX2 do nothing and return false if there are coefficients so large that 16 bits may not
// do. No encoder makes such.
//
//go:noescape
func addGroupAVX2(dst *byte, stride, others int, c *group) bool

func addGroup(dst []byte, stride, others int, g *group, counts []uint8) {
	if [4]uint8(counts) == [4]uint8{} {
		return
	}
	_ = dst[3*stride+others+7] // the assembly's reach
	if !hasAVX2 || !addGroupAVX2(&dst[0], stride, others, g) {
		addGroupGo(dst, stride, others, g, counts)
	}
}

// predictBlocksAVX2 looks at 16 bytes above each block, from the corner on, and 4 on the left.
//
//go:noescape
func predictBlocksAVX2(dst *byte, stride int, modes *uint8, c *group) bool

func predictBlocks(buf []byte, at, stride int, modes []uint8, g *group, counts []uint8) {
	_, _, _, _ = buf[at-stride-1:at-stride+28], buf[at-4], buf[at+3*stride+15], modes[3] // the assembly's reach
	if !hasAVX2 || !predictBlocksAVX2(&buf[at], stride, &modes[0], g) {
		predictBlocksGo(buf, at, stride, modes, g, counts)
	}
}

// sumLanesAVX2 makes so many words, a multiple of 4.
//
//go:noescape
func sumLanesAVX2(sums *uint64, pix *byte, stride, rows, words int)

func sumLanes(sums []uint64, pix []byte, stride, rows int) {
	n := 0
	if hasAVX2 && len(sums) >= 4 {
		n = len(sums) &^ 3
		_ = pix[(rows-1)*stride+8*n-1] // the assembly's reach
		sumLanesAVX2(&sums[0], &pix[0], stride, rows, n)
	}
	sumLanesGo(sums[n:], pix[8*n:], stride, rows)
}
