package icc

// planes are a row of pixels on its way through a Transform, a slice of the same length for each
// channel. First they are what the curves make of the samples, of which the fourth counts in CMYK
// only, and in the end CIE XYZ or linear light.
//
// Every step goes through the whole row. In AVX2 a lookup table takes a fifth of the time that it
// takes in Go, and curves and a matrix half: BenchmarkApply. A thumbnail of 800×600 with such a
// table takes a tenth longer than one without a profile; by the code in Go it is two thirds.
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
