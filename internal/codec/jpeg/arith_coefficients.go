package jpeg

// The first contexts of each kind in tables F.4 and F.5.
const (
	dcX1   = 20  // magnitude categories of DC differences from 2 on
	acLowX = 189 // magnitude categories of AC coefficients from 3 on, up to Kx
	acTopX = 217 // magnitude categories of AC coefficients above Kx
	toBits = 14  // distance from the bin of a category to that of its magnitude bits
)

// maxMagnitude is the limit of magnitudes: one more than the largest magnitude of a 12-bit sample in tables F.1 and
// F.2.
const maxMagnitude = 1 << 15

// arithmeticTarget holds the statistics for one unit of an MCU.
type arithmeticTarget struct {
	dc           *[dcBins]bin
	ac           *[acBins]bin
	context      *uint8 // the context of the next DC difference
	lower, upper int32
	k            int
}

func (a *arithmetic) target(sc *scanComponent, c *conditioning) *arithmeticTarget {
	return &arithmeticTarget{
		dc: &a.dc[sc.dcID], ac: &a.ac[sc.acID], context: &a.context[sc.index],
		lower: 1 << c.dcLower[sc.dcID] >> 1, upper: 1 << c.dcUpper[sc.dcID] >> 1, k: int(c.acK[sc.acID]),
	}
}

// difference decodes the difference of a DC coefficient (section F.2.4.1).
func (a *arithmetic) difference(t *arithmeticTarget) int32 {
	at := int(*t.context)
	if a.decode(&t.dc[at]) == 0 {
		*t.context = 0
		return 0
	}
	negative := a.decode(&t.dc[at+1])
	s := at + 2 + negative
	m := int32(a.decode(&t.dc[s]))
	if m != 0 {
		for s = dcX1; a.decode(&t.dc[s]) != 0; s++ {
			if m <<= 1; m == maxMagnitude {
				a.overflowed = true
				return 0
			}
		}
	}
	switch { // the context of the next difference, section F.1.4.4.1.2
	case m < t.lower:
		*t.context = 0
	case m > t.upper:
		*t.context = 12 + 4*uint8(negative)
	default:
		*t.context = 4 + 4*uint8(negative)
	}
	v := m
	for bit := m >> 1; bit > 0; bit >>= 1 {
		if a.decode(&t.dc[s+toBits]) != 0 {
			v |= bit
		}
	}
	if negative != 0 {
		return -v - 1
	}
	return v + 1
}

// coefficient decodes the value of a nonzero AC coefficient, at index k (section F.2.4.2).
func (a *arithmetic) coefficient(t *arithmeticTarget, k int) int32 {
	negative := a.even()
	s := 3*(k-1) + 2
	m := int32(a.decode(&t.ac[s]))
	if m != 0 && a.decode(&t.ac[s]) != 0 {
		m = 2
		if s = acLowX; k > t.k {
			s = acTopX
		}
		for ; a.decode(&t.ac[s]) != 0; s++ {
			if m <<= 1; m == maxMagnitude {
				a.overflowed = true
				return 0
			}
		}
	}
	v := m
	for bit := m >> 1; bit > 0; bit >>= 1 {
		if a.decode(&t.ac[s+toBits]) != 0 {
			v |= bit
		}
	}
	if negative != 0 {
		return -v - 1
	}
	return v + 1
}

// even decodes a decision whose two values have the same probability.
func (a *arithmetic) even() int {
	a.fixed = fixedBin
	return a.decode(&a.fixed)
}

// band decodes coefficients ss to se of a block, in the first scan of the band. It calls store for each nonzero
// coefficient.
func (a *arithmetic) band(t *arithmeticTarget, ss, se int, store func(k int, v int32)) {
	for k := ss; k <= se; k++ {
		if a.decode(&t.ac[3*(k-1)]) != 0 { // end of block
			return
		}
		for a.decode(&t.ac[3*(k-1)+1]) == 0 {
			if k++; k > se {
				a.overflowed = true
				return
			}
		}
		v := a.coefficient(t, k)
		if a.overflowed {
			return
		}
		store(k, v)
	}
}
