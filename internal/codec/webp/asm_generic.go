//go:build !amd64 || noasm

package webp

func (p *partition) readBlocks(s *square) { p.readBlocksGo(s) }

func (p *partition) readBlockModes(above, left *[4]uint8, luma *[16]uint8) {
	p.readBlockModesGo(above, left, luma)
}

func addGroup(dst []byte, stride, others int, g *group, counts []uint8) {
	addGroupGo(dst, stride, others, g, counts)
}

func predict(buf []byte, at, stride, size int, mode uint8, hasAbove, hasLeft bool) {
	predictGo(buf, at, stride, size, mode, hasAbove, hasLeft)
}

func predictBlocks(buf []byte, at, stride int, modes []uint8, g *group, counts []uint8) {
	predictBlocksGo(buf, at, stride, modes, g, counts)
}

func blendInner(dst []uint16, near, far []byte) { blendGo(dst, near, far) }

func convertRow(dst, luma []byte, cb, cr []uint16) { convertRowGo(dst, luma, cb, cr) }

func filter(at place, f filtering) { filterGo(at, f) }
