package resample

func convolveRow(dst, src []int16, a *axis) { convolveRowGo(dst, src, a) }

func convolveRows(dst []byte, rows [][]int16, w []int16) { convolveRowsGo(dst, rows, w) }
