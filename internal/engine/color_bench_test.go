package engine

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
)

// BenchmarkColor measures how much longer a thumbnail takes if the original of 12 megapixels has a cached
// profile. The pictures alternate, and the fastest runs are compared.
func BenchmarkColor(b *testing.B) {
	plain := photoJPEG(b, 4000, 3000)
	names := []string{"none", "P3", "ProPhoto", "table"}
	files := [][]byte{plain}
	for _, profile := range [][]byte{specimen.DisplayP3.Profile(), specimen.ProPhoto.Profile(), tableProfile()} {
		files = append(files, specimen.WithProfile(plain, profile))
	}
	for _, size := range [][2]int{{200, 200}, {800, 600}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			best := make([]time.Duration, len(files))
			for b.Loop() {
				for i, data := range files {
					start := time.Now()
					img := sized(b, data, processors.Crop{}, size[0], size[1])
					require.NoError(b, processors.JPEG{}.Encode(io.Discard, img))
					if took := time.Since(start); best[i] == 0 || took < best[i] {
						best[i] = took
					}
				}
			}
			for i, name := range names[1:] {
				b.ReportMetric(float64(best[i+1])/float64(best[0]), name+"/none")
			}
			b.ReportMetric(best[0].Seconds()*1000, "ms-none")
		})
	}
}

// tableProfile describes a gamma of 2.2 and the primaries of sRGB by a lookup table of 17³ colors
// (lut16Type, ICC.1:2022, 10.10).
func tableProfile() []byte {
	const points = 17
	be := binary.BigEndian
	table := append([]byte("mft2\x00\x00\x00\x00\x03\x03\x11\x00"), make([]byte, 36)...)
	for _, diagonal := range []int{12, 28, 44} {
		be.PutUint32(table[diagonal:], 1<<16)
	}
	table = append(table, 0, 2, 0, 2)
	straight := []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}
	table = append(table, straight...)
	light := func(i int) float64 { return math.Pow(float64(i)/(points-1), 2.2) }
	for i := range points * points * points {
		r, g, b := light(i/points/points), light(i/points%points), light(i%points)
		for _, row := range [3][3]float64{{0.4361, 0.3851, 0.1431}, {0.2225, 0.7169, 0.0606}, {0.0139, 0.0971, 0.7141}} {
			table = be.AppendUint16(table, uint16((row[0]*r+row[1]*g+row[2]*b)*32768+0.5))
		}
	}
	table = append(table, straight...)
	p := make([]byte, 128)
	p[8] = 2
	copy(p[12:], "scnrRGB XYZ ")
	copy(p[36:], "acsp")
	p = append(p, "\x00\x00\x00\x01A2B0\x00\x00\x00\x90"...)
	p = append(be.AppendUint32(p, uint32(len(table))), table...)
	be.PutUint32(p, uint32(len(p)))
	return p
}
