package jpeg

import (
	"math"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// referenceIDCT computes the n-point inverse DCT of the lowest n×n coefficients from its definition, in floating point: the orthonormal
// transform (ITU-T T.81, section A.3.3, for n = 8), with the factor n/8 that keeps the mean, and with the level shift. The samples are row
// by row.
func referenceIDCT(f *[8][8]float64, n int) []float64 {
	alpha := func(u int) float64 {
		if u == 0 {
			return math.Sqrt(1 / float64(n))
		}
		return math.Sqrt(2 / float64(n))
	}
	out := make([]float64, n*n)
	for y := range n {
		for x := range n {
			sum := 0.0
			for v := range n {
				for u := range n {
					sum += alpha(u) * alpha(v) * f[v][u] *
						math.Cos(float64((2*x+1)*u)*math.Pi/float64(2*n)) *
						math.Cos(float64((2*y+1)*v)*math.Pi/float64(2*n))
				}
			}
			out[y*n+x] = min(max(sum*float64(n)/8+128, 0), 255)
		}
	}
	return out
}

// randomCoefficients returns the coefficients of a block. Large ones are rare at high frequencies. The number of nonzero coefficients
// varies from a few to all.
func randomCoefficients(rng *rand.Rand) (f [8][8]float64, last int) {
	last = rng.Intn(64)
	density := rng.Float64()
	size := 1 << rng.Intn(11)
	found := 0
	for k := 0; k <= last; k++ {
		if k == 0 || rng.Float64() < density {
			if v := rng.Intn(2*size+1) - size; v != 0 {
				f[zigzag[k]>>3][zigzag[k]&7] = float64(v)
				found = k
			}
		}
	}
	return f, found
}

func TestEachInverseDCTIsTheRoundedReference(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for n := 1; n <= 8; n++ {
		s := &slotsFor[n]
		dst := make([]byte, 8*11)
		for range 3000 {
			f, _ := randomCoefficients(rng)
			var b block
			last := uint(0)
			for k, z := range zigzag {
				v := float32(f[z>>3][z&7]) / 8
				if s.kept>>k&1 != 0 {
					b[s.at[k]] = v
					if v != 0 {
						last = uint(k)
					}
				}
			}
			b[0] += level
			reconstruct(&b, last, n, dst, 11)
			for i, want := range referenceIDCT(&f, n) {
				got := float64(dst[i/n*11+i%n])
				if math.Abs(got-want) > 0.51 {
					assert.InDelta(t, want, got, 0.51, "%d points, sample %d", n, i)
					return
				}
			}
		}
	}
}

func TestInverseDCTsInAssemblyAndInGoGiveTheSameBits(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	for n := 3; n <= 8; n++ {
		s := &slotsFor[n]
		for round := range 4000 {
			var b block
			for i := range b {
				b[i] = float32(rng.NormFloat64()) // values of a previous block where n has no coefficient
			}
			last, highest := uint(0), 63
			if round%8 < 4 { // blocks with few coefficients have separate functions
				highest = rng.Intn(64)
			}
			for k := range 64 {
				if s.kept>>k&1 == 0 {
					continue
				}
				v := 0
				switch round % 4 {
				case 0: // every coefficient is small
					v = rng.Intn(200) - 100
				case 1: // a few coefficients, as in a picture
					v = rng.Intn(2000) / (1 + rng.Intn(40)*k) * (1 - rng.Intn(2)*2)
				case 2: // up to the largest that samples can have
					v = rng.Intn(1<<11+1) - 1<<10
				case 3: // larger, as only in a damaged file
					v = rng.Intn(1<<rng.Intn(31)) * (1 - rng.Intn(2)*2)
				}
				if k > highest {
					v = 0
				}
				if b[s.at[k]] = float32(v) / 8; v != 0 {
					last = uint(k)
				}
			}
			want, got := make([]byte, 8*13), make([]byte, 8*13)
			rng.Read(want)
			copy(got, want)
			inverseGo(&b, last, n, want, 13)
			inverse(&b, last, n, got[:(n-1)*13+n], 13)
			require.Equal(t, want, got, "%d points, round %d, up to %d", n, round, last)
		}
	}
}
