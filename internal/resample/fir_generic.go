//go:build !amd64 || noasm

package resample

// The horizontal pass processes eight rows at a time. It needs a word for each sample of two rows.
const (
	atOnce    = 8
	wordBytes = 32
	perWord   = 2 // samples in a word of the ring: see bias
)

func convolveCells(dst [][]uint64, src []int16, gap int, a *axis, scratch *[]column) {
	convolveCellsGo(dst, src, gap, a, scratch)
}

func convolveRows(dst []byte, rows [][]uint64, w []int16)           { convolveRowsGo(dst, rows, w) }
func convolveRowsWide(dst []int16, rows [][]uint64, w []int16)      { convolveRowsWideGo(dst, rows, w) }
func addRow(sum []uint16, row []byte)                               { addRowGo(sum, row) }
func widen(dst []int16, row []byte)                                 { widenGo(dst, row) }
func split(dst []int16, stride int, row []byte)                     { splitGo(dst, stride, row) }
func splitPremul(dst []int16, stride int, row []byte)               { splitPremulGo(dst, stride, row) }
func addPremul(sum []uint16, row []byte, m premulFactor)            { addPremulGo(sum, row, m) }
func mean(dst []int16, sum []uint16, m meanFactor)                  { meanGo(dst, sum, m) }
func meanSplit(dst []int16, stride int, sum []uint16, m meanFactor) { meanSplitGo(dst, stride, sum, m) }
func splitRGB(dst []int16, stride int, row []byte)                  { splitRGBGo(dst, stride, row) }
func inOrder(sum []uint16)                                          { sortSums(sum) }
