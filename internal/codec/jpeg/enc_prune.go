package jpeg

// A block of detail hides a change, and a coefficient that stands alone in it costs a code of many
// bits. So one that is only a little beyond its dead zone becomes 0 there, unless it has neighbors: at
// equal scores of SSIMULACRA 2 and butteraugli that takes half a hundredth of the bytes. In blocks of
// little detail it does harm.
const (
	weakBand = 0.2 // steps beyond the dead zone
	busy     = 7   // coefficients, with DC, of a block of detail
)

// prune returns nonzero without the weak coefficients that have no neighbor in it, up to two places
// away in zigzag order.
func prune(nonzero, weak uint64) uint64 {
	ac := nonzero &^ 1
	near := ac<<1 | ac<<2 | ac>>1 | ac>>2
	return nonzero &^ (weak &^ near)
}
