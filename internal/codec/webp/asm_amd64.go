//go:build !noasm

package webp

import "golang.org/x/sys/cpu"

// hasAVX2 and hasBMI report whether the processor can run the assembly. BMI is for the boolean decoder, AVX2 for all other functions; a
// processor may have only one of them. Every pixel is decoded even for a small thumbnail, so the time of decoding dominates. BenchmarkDecode
// measures the gain, with and without the tag noasm.
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
	_, _ = s.counts[last], s.to[last/4] // check the bounds of what the assembly reads
	readBlocksBMI(p, s)
}

//go:noescape
func readBlockModesBMI(p *partition, above, left *[4]uint8, luma *[16]uint8)

func (p *partition) readBlockModes(above, left *[4]uint8, luma *[16]uint8) {
	if hasBMI {
		readBlockModesBMI(p, above, left, luma)
	} else {
		p.readBlockModesGo(above, left, luma)
	}
}

// addGroupAVX2 and predictBlocksAVX2 do nothing and return false if 16 bits might overflow. Only coefficients larger
// than those of any encoder cause this.
//
//go:noescape
func addGroupAVX2(dst *byte, stride, others int, c *group) bool

func addGroup(dst []byte, stride, others int, g *group, counts []uint8) {
	if [4]uint8(counts) == [4]uint8{} {
		return
	}
	_ = dst[3*stride+others+7] // check the bounds of what the assembly accesses
	if !hasAVX2 || !addGroupAVX2(&dst[0], stride, others, g) {
		addGroupGo(dst, stride, others, g, counts)
	}
}

// predictAVX2 is predictGo. For mode DC, it requires that there are neighbors above and on the left.
//
//go:noescape
func predictAVX2(dst *byte, stride, size int, mode uint8)

func predict(buf []byte, at, stride, size int, mode uint8, hasAbove, hasLeft bool) {
	if !hasAVX2 || mode == modeDC && !(hasAbove && hasLeft) {
		predictGo(buf, at, stride, size, mode, hasAbove, hasLeft)
		return
	}
	_, _, _ = buf[at-stride-1], buf[at-stride+15], buf[at+(size-1)*stride+size-1] // check the bounds of what the assembly accesses
	predictAVX2(&buf[at], stride, size, mode)
}

// predictBlocksAVX2 reads 16 bytes above each block, starting with the corner, and 4 bytes on the left.
//
//go:noescape
func predictBlocksAVX2(dst *byte, stride int, modes *uint8, c *group) bool

func predictBlocks(buf []byte, at, stride int, modes []uint8, g *group, counts []uint8) {
	_, _, _, _ = buf[at-stride-1:at-stride+28], buf[at-4], buf[at+3*stride+15], modes[3] // check the bounds of what the assembly accesses
	if !hasAVX2 || !predictBlocksAVX2(&buf[at], stride, &modes[0], g) {
		predictBlocksGo(buf, at, stride, modes, g, counts)
	}
}

// blendAVX2 blends n samples. n is a multiple of 16.
//
//go:noescape
func blendAVX2(dst *uint16, near, far *byte, n int)

func blendInner(dst []uint16, near, far []byte) {
	n := 0
	if hasAVX2 {
		n = len(dst) &^ 15
	}
	if n > 0 {
		_, _ = near[n-1], far[n-1] // check the bounds of what the assembly reads
		blendAVX2(&dst[0], &near[0], &far[0], n)
	}
	blendGo(dst[n:], near[n:], far[n:])
}

// convertRowAVX2 converts n pixels. n is a multiple of 32.
//
//go:noescape
func convertRowAVX2(dst, luma *byte, cb, cr *uint16, n int)

func convertRow(dst, luma []byte, cb, cr []uint16) {
	n := 0
	if hasAVX2 {
		n = len(luma) &^ 31
	}
	if n > 0 {
		_, _, _ = dst[4*n-1], cb[n/2+1], cr[n/2+1] // check the bounds of what the assembly accesses
		convertRowAVX2(&dst[0], &luma[0], &cb[0], &cr[0], n)
	}
	convertRowGo(dst[4*n:], luma[n:], cb[n/2:], cr[n/2:])
}

// filterAVX2 reads 8 columns on the left of the macroblock and 4 rows above it, if those edges are filtered.
//
//go:noescape
func filterAVX2(y, cb, cr *byte, lumaStride, chromaStride int, s *strength, e edges)

func filter(at place, f filtering) {
	if !hasAVX2 {
		filterGo(at, f)
		return
	}
	y, cb, cr := at.y.pix[at.luma:], at.cb.pix[at.chroma:], at.cr.pix[at.chroma:]
	_, _, _ = y[15*at.y.stride+15], cb[7*at.cb.stride+7], cr[7*at.cr.stride+7] // check the bounds of what the assembly accesses
	filterAVX2(&y[0], &cb[0], &cr[0], at.y.stride, at.cb.stride, f.strength, f.edges)
}
