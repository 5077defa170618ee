package icc

// planes are a row of pixels during the conversion, with a slice of the same length for each channel. At
// first they have the results of the curves, of which CMYK uses the fourth; at the end they have CIE XYZ or
// linear light.
//
// Every step processes the whole row. With AVX2 a lookup table takes a fifth of its time in Go, and curves
// with a matrix take half: BenchmarkApply. With such a table a thumbnail of 800×600 takes a tenth longer
// than without a profile; with the Go code, two thirds longer.
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

// lookUpGo looks up sample c of pixels of four bytes.
func lookUpGo(dst []float32, table *[256]float32, src []byte, c int) {
	for i := range dst {
		dst[i] = table[src[4*i+c]]
	}
}
