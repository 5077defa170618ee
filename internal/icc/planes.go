package icc

// planes is a row of pixels during the conversion. It has a slice of the same length for each channel. At first it contains the results of
// the curves; only CMYK uses the fourth channel. At the end it contains CIE XYZ or linear light.
//
// Every step processes the whole row.
type planes [4][]float32

// resize makes room for n pixels.
func (p *planes) resize(n int) {
	for i := range p {
		if cap(p[i]) < n {
			p[i] = make([]float32, n)
		}
		p[i] = p[i][:n]
	}
}

// lookUp looks up sample c of pixels of four bytes.
func lookUp(dst []float32, table *[256]float32, src []byte, c int) {
	for i := range dst {
		dst[i] = table[src[4*i+c]]
	}
}
