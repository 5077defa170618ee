package resample

// The horizontal pass works on tapAlign weights at a time and the vertical one on rowAlign samples.
const (
	tapAlign = 4
	rowAlign = 16
)

// convolveRowGo writes one plane of one row of the result of the horizontal pass.
func convolveRowGo(dst, src []int16, a *axis) {
	n := a.stride
	for i := range dst {
		w := a.w[i*n:][:n]
		s := src[a.start[i]:][:n]
		var sum0, sum1 int32 = one / 2, 0
		for len(w) >= 4 && len(s) >= 4 {
			sum0 += int32(s[0])*int32(w[0]) + int32(s[1])*int32(w[1])
			sum1 += int32(s[2])*int32(w[2]) + int32(s[3])*int32(w[3])
			s, w = s[4:], w[4:]
		}
		dst[i] = int16((sum0 + sum1) >> weightBits)
	}
}

// convolveRowsGo writes a row of the result, as many samples as dst has, from the rows under the vertical kernel.
func convolveRowsGo(dst []byte, rows [][]int16, w []int16) {
	const half = 1 << (weightBits + sampleBits - 1)
	for i := range dst {
		sum := int32(half)
		for k, r := range rows {
			sum += int32(r[i]) * int32(w[k])
		}
		dst[i] = clamp(sum >> (weightBits + sampleBits))
	}
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 below, 255 above
	}
	return byte(v)
}
