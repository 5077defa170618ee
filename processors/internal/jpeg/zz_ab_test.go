package jpeg

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"testing"
	"time"
)

func TestAB(t *testing.T) {
	if os.Getenv("AB") == "" {
		t.Skip()
	}
	runtime.LockOSThread()
	rng := rand.New(rand.NewSource(1))
	const N = 512
	mk := func(n, last int) []block {
		bs := make([]block, N)
		for i := range bs {
			for k := 0; k <= last; k++ {
				if k > 0 && rng.Intn(2) == 0 {
					continue
				}
				if slotsFor[n].kept>>k&1 == 1 {
					bs[i][slotsFor[n].at[k]] = int32(rng.NormFloat64() * 200 / float64(1+k))
				}
			}
		}
		return bs
	}
	dst := make([]byte, 64*8)
	run := func(name string, bs []block, f func(b *block, dst []byte, stride int)) {
		best := time.Hour
		for r := 0; r < 60; r++ {
			st := cpu()
			for j := 0; j < 8; j++ {
				for i := range bs {
					f(&bs[i], dst, 64)
				}
			}
			best = min(best, cpu()-st)
		}
		fmt.Printf("%-14s %.1f ns\n", name, float64(best.Nanoseconds())/(8*N))
	}
	full, low := mk(8, 30), mk(8, 9)
	for range 2 {
		run("old8 full", full, oldidct8)
		run("new8 full", full, idct8)
		run("old8 low", low, oldidct8)
		run("new8 low", low, idct8)
		run("8low low", low, idct8from4)
	}
	for n := 2; n <= 7; n++ {
		run(fmt.Sprint("idct", n), mk(n, 30), idcts[n])
	}
}
