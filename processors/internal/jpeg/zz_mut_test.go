package jpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMut(t *testing.T) {
	if os.Getenv("MUT") == "" {
		t.Skip()
	}
	files, _ := filepath.Glob("/tmp/jpeg/seeds/*")
	var seeds [][]byte
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if len(b) > 0 && len(b) < 30000 {
			seeds = append(seeds, b)
		}
	}
	for i, s := range samplings {
		for j := 0; j < 4; j++ {
			rng := rand.New(rand.NewSource(int64(i)))
			c := randomCoded(rng, 1+rng.Intn(60), 1+rng.Intn(60), s...)
			c.progressive, c.restart, c.longCodes, c.separate = j%2 == 1, i%3, i%4 == 3, j/2 == 1
			seeds = append(seeds, c.file())
		}
	}
	rng := rand.New(rand.NewSource(time.Now().UnixNano()))
	var d Decoder
	n, ok, cmp, slowest := 0, 0, 0, time.Duration(0)
	kinds := map[string]int{}
	for st := time.Now(); time.Since(st) < 25*time.Second; n++ {
		data := append([]byte(nil), seeds[rng.Intn(len(seeds))]...)
		if len(data) < 20 {
			continue
		}
		for k := 1 + rng.Intn(4); k > 0; k-- {
			switch rng.Intn(5) {
			case 0:
				data[rng.Intn(len(data))] ^= 1 << rng.Intn(8)
			case 1:
				data[rng.Intn(len(data))] = byte(rng.Intn(256))
			case 2:
				i := rng.Intn(len(data))
				data = append(data[:i:i], data[min(len(data), i+1+rng.Intn(4)):]...)
			case 3:
				i := rng.Intn(len(data))
				data = append(append(data[:i:i], byte(rng.Intn(256))), data[i:]...)
			case 4:
				data = data[:len(data)-rng.Intn(len(data)/4+1)]
			}
			if len(data) < 8 {
				break
			}
		}
		h, err := ReadHeader(data)
		if err != nil || h.Width*h.Height > 1<<20 {
			continue
		}
		s0 := time.Now()
		for sc := 1; sc <= 8; sc++ {
			d.Decode(context.Background(), data, Options{Scale: sc, FullChroma: sc%2 == 1})
		}
		slowest = max(slowest, time.Since(s0))
		got, err := d.Decode(context.Background(), data, Options{})
		want, werr := stdjpeg.Decode(bytes.NewReader(data))
		if err == nil {
			ok++
			if werr == nil {
				cmp++
				if g, isY := got.(*image.YCbCr); isY && d.restartInterval == 0 {
					if _, isY := want.(*image.YCbCr); isY {
						_ = g
						os.WriteFile("/tmp/jpeg/mut.jpg", data, 0o644)
						sameButForOverflow(t, got, want)
					}
				}
			} else {
				m := werr.Error()
				if strings.Contains(m, "EOF") || strings.Contains(m, "short") {
					kinds[m]++
					if kinds[m] < 4 {
						os.WriteFile(fmt.Sprintf("/tmp/jpeg/trunc%d%s.jpg", kinds[m], m[:5]), data, 0o644)
					}
				}
			}
		}
	}
	fmt.Println(n, ok, cmp, slowest, kinds)
}

func TestMutShow(t *testing.T) {
	data, err := os.ReadFile("/tmp/jpeg/mut.jpg")
	if err != nil {
		t.Skip()
	}
	var d Decoder
	got, err := d.Decode(context.Background(), data, Options{})
	want, _ := stdjpeg.Decode(bytes.NewReader(data))
	g, w := got.(*image.YCbCr), want.(*image.YCbCr)
	fmt.Println(d.comps, d.progressive, d.width, d.height, d.quant[0].q[:20])
	n := 0
	for by := 0; by < g.Rect.Dy(); by += 8 {
		for bx := 0; bx < g.Rect.Dx(); bx += 8 {
			worst := 0
			for y := by; y < by+8; y++ {
				for x := bx; x < bx+8; x++ {
					p, q := int(g.Y[y*g.YStride+x]), int(w.Y[y*w.YStride+x])
					worst = max(worst, p-q, q-p)
				}
			}
			if worst > 2 && n < 2 {
				n++
				fmt.Println(bx, by, worst)
				for y := by; y < by+8; y++ {
					fmt.Println(g.Y[y*g.YStride+bx:][:8], w.Y[y*w.YStride+bx:][:8])
				}
				if d.progressive {
					i := by/8*d.comps[0].blocksX + bx/8
					fmt.Println(d.prog.value[0][i*64:][:64])
				}
			}
		}
	}
}
