//go:build !noasm

package webp

import "golang.org/x/sys/cpu"

// The entropy coding and the residue of every block must be decoded, however small the thumbnail. Without assembly that takes 1.4 times what libvips takes for a
// file of 16.8 million pixels and 2.9 MB, and as long as libvips for one of 0.4 MB; with it, 0.77 and 0.63 (bench/). Either half gains 1.4 to 1.5 on
// the whole: the boolean decoder (BMI), and prediction and transform (AVX2). BenchmarkDecode says so with and without the tag noasm.
var (
	hasAVX2 = cpu.X86.HasAVX2
	hasBMI  = cpu.X86.HasAVX && cpu.X86.HasBMI2 && cpu.X86.HasLZCNT
)

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
