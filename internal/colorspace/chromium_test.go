package colorspace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// withChunks encodes img with chunks after IHDR.
func withChunks(t testing.TB, img image.Image, chunks ...[]byte) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return pieces.IntoPNG(b.Bytes(), chunks...)
}

func numbers(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

func gAMA(v uint32) []byte        { return pieces.PNG("gAMA", numbers(v)) }
func cICP(p, t, full byte) []byte { return pieces.PNG("cICP", []byte{p, t, 0, full}) }
func cHRM(v ...uint32) []byte     { return pieces.PNG("cHRM", numbers(v...)) }
func toNRGBA(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

var (
	chrmSRGB    = cHRM(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
	chrmAdobe   = cHRM(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
	chrmSwapped = cHRM(31270, 32900, 30000, 60000, 64000, 33000, 15000, 6000)
	chrmP3      = cHRM(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
)

// swatches returns a picture of 11³ colors.
func swatches() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 121, 11))
	for i := range 11 * 11 * 11 {
		img.SetNRGBA(i%121, i/121, color.NRGBA{uint8(i % 11 * 255 / 10), uint8(i / 11 % 11 * 255 / 10), uint8(i / 121 * 255 / 10), 255})
	}
	return img
}

func TestPNGColorsAreWhatChromiumShows(t *testing.T) {
	cases := []struct {
		name      string
		tolerance int
		chunks    [][]byte
	}{
		{"nothing", 0, nil},
		{"gAMA 1/2.2", 1, [][]byte{gAMA(45455)}},
		{"gAMA 0.434", 0, [][]byte{gAMA(43400)}},
		{"gAMA 0.43", 1, [][]byte{gAMA(43000)}},
		{"gAMA 0.476", 0, [][]byte{gAMA(47600)}},
		{"gAMA 0.48", 1, [][]byte{gAMA(48000)}},
		{"gAMA 1", 1, [][]byte{gAMA(100000)}},
		{"gAMA 1/1.8", 1, [][]byte{gAMA(55556)}},
		{"gAMA 2.5", 1, [][]byte{gAMA(250000)}},
		{"gAMA 0", 1, [][]byte{gAMA(0)}},
		{"gAMA huge", 1, [][]byte{gAMA(1 << 31)}},
		{"cHRM P3", 1, [][]byte{chrmP3}},
		{"cHRM sRGB", 1, [][]byte{chrmSRGB}},
		{"gAMA 1/2.2 and cHRM Adobe", 1, [][]byte{gAMA(45455), chrmAdobe}},
		{"gAMA 1/2.2 and cHRM sRGB", 1, [][]byte{gAMA(45455), chrmSRGB}},
		{"gAMA 1 and cHRM P3", 1, [][]byte{gAMA(100000), chrmP3}},
		{"gAMA and a broken cHRM", 1, [][]byte{gAMA(100000), cHRM(0, 0, 0, 0, 0, 0, 0, 0)}},
		{"sRGB and gAMA", 1, [][]byte{pieces.PNG("sRGB", []byte{0}), gAMA(100000)}},
		{"iCCP", 1, [][]byte{pieces.ICCP(p3Profile())}},
		{"iCCP before sRGB and gAMA", 1, [][]byte{pieces.ICCP(p3Profile()), pieces.PNG("sRGB", []byte{0}), gAMA(100000)}},
		{"cICP before iCCP", 1, [][]byte{pieces.ICCP(p3Profile()), cICP(1, 8, 1)}},
		{"iCCP broken, gAMA", 1, [][]byte{pieces.ICCP([]byte("not a profile")), gAMA(100000)}},
		{"gAMA and a cHRM beyond 1", 1, [][]byte{gAMA(100000), cHRM(31270, 32900, 6400000, 33000, 30000, 60000, 15000, 6000)}},
		{"gAMA and a negative cHRM", 1, [][]byte{gAMA(100000), cHRM(31270, 32900, 1<<32-64000, 33000, 30000, 60000, 15000, 6000)}},
		{"gAMA and a cHRM of one line", 1, [][]byte{gAMA(100000), cHRM(31270, 32900, 10000, 10000, 20000, 20000, 30000, 30000)}},
		{"gAMA and a short cHRM", 1, [][]byte{gAMA(100000), pieces.PNG("cHRM", []byte{1, 2, 3})}},
		{"gAMA 1.8", 1, [][]byte{gAMA(180000)}},
		{"gAMA short", 1, [][]byte{pieces.PNG("gAMA", []byte{0, 1})}},
		{"sRGB of no intent, gAMA", 1, [][]byte{pieces.PNG("sRGB", []byte{9}), gAMA(100000)}},
		{"iCCP of version 3", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 3)), gAMA(100000)}},
		{"iCCP of version 9", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 9))}},
		{"iCCP of version 9, sRGB, gAMA", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 9)), pieces.PNG("sRGB", []byte{0}), gAMA(100000)}},
		{"iCCP of version 9, gAMA", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 9)), gAMA(100000)}},
		{"iCCP of version 9, gAMA, cHRM", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 9)), gAMA(100000), chrmP3}},
		{"iCCP shorter than it says, gAMA", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 2, 9)), gAMA(100000)}},
		{"iCCP with a tag beyond its end, gAMA", 1, [][]byte{pieces.ICCP(altered(p3Profile(), 3, p3Profile()[3]-1)), gAMA(100000)}},
		{"iCCP with broken zlib, gAMA", 1, [][]byte{zlibbed(func(z []byte) []byte { return altered(z, 40, ^z[40]) }), gAMA(100000)}},
		{"iCCP with a wrong checksum, gAMA", 1, [][]byte{zlibbed(func(z []byte) []byte { return altered(z, len(z)-1, ^z[len(z)-1]) }), gAMA(100000)}},
		{"iCCP cut, gAMA", 1, [][]byte{zlibbed(func(z []byte) []byte { return z[:len(z)-30] }), gAMA(100000)}},
		{"iCCP of gray, sRGB, gAMA", 1, [][]byte{pieces.ICCP(grayProfile()), pieces.PNG("sRGB", []byte{0}), gAMA(100000)}},
		{"cICP unknown, iCCP, gAMA", 1, [][]byte{cICP(200, 13, 1), pieces.ICCP(p3Profile()), gAMA(100000)}},
		{"cICP unknown, iCCP of version 9, gAMA", 1, [][]byte{cICP(200, 13, 1), pieces.ICCP(altered(p3Profile(), 8, 9)), gAMA(100000)}},
		{"gray iCCP of version 9, gAMA", 1, [][]byte{pieces.ICCP(altered(grayProfile(), 8, 9)), gAMA(100000)}},
		{"gray iCCP of RGB and gAMA", 1, [][]byte{pieces.ICCP(p3Profile()), gAMA(100000)}},
		{"gray gAMA", 1, [][]byte{gAMA(100000)}},
		{"gray gAMA and cHRM Adobe", 1, [][]byte{gAMA(100000), chrmAdobe}},
		{"gray gAMA and odd cHRM", 1, [][]byte{gAMA(100000), chrmSwapped}},
		{"gray iCCP of RGB", 1, [][]byte{pieces.ICCP(p3Profile())}},
		{"gray iCCP", 1, [][]byte{pieces.ICCP(grayProfile())}},
		{"iCCP of gray", 1, [][]byte{pieces.ICCP(grayProfile())}},
		{"cICP sRGB", 1, [][]byte{cICP(1, 13, 1)}},
		{"cICP P3", 1, [][]byte{cICP(12, 13, 1)}},
		{"cICP before gAMA", 1, [][]byte{gAMA(100000), cICP(12, 13, 1)}},
		{"cICP unknown", 1, [][]byte{gAMA(100000), cICP(200, 13, 1)}},
		{"cICP BT.709", 1, [][]byte{cICP(1, 1, 1)}},
		{"cICP BT.2020", 1, [][]byte{cICP(9, 14, 1)}},
		{"cICP 2.2", 1, [][]byte{cICP(1, 4, 1)}},
		{"cICP 2.8", 1, [][]byte{cICP(5, 5, 1)}},
		{"cICP 6 6", 1, [][]byte{cICP(6, 6, 1)}},
		{"cICP 240M", 1, [][]byte{cICP(7, 7, 1)}},
		{"cICP linear", 1, [][]byte{cICP(9, 8, 1)}},
		{"cICP DCI", 1, [][]byte{cICP(11, 17, 1)}},
		{"cICP 4 4", 1, [][]byte{cICP(4, 4, 1)}},
		{"cICP 22", 1, [][]byte{cICP(22, 13, 1)}},
		{"cICP 10", 1, [][]byte{cICP(10, 8, 1)}},
		{"cICP PQ", 40, [][]byte{cICP(9, 16, 1)}},
		{"cICP HLG", 40, [][]byte{cICP(9, 18, 1)}},
	}
	source := swatches()
	gray := image.NewGray(source.Rect)
	for i := range gray.Pix {
		gray.Pix[i] = byte(i)
	}
	var sources []image.Image
	var files [][]byte
	for _, c := range cases {
		var source image.Image = source
		if strings.HasPrefix(c.name, "gray") {
			source = gray
		}
		sources = append(sources, source)
		files = append(files, withChunks(t, source, c.chunks...))
	}
	shown := imagetest.Screenshots(t, files, "image/png", source.Rect.Size(), color.RGBA{255, 255, 255, 255})
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			source := toNRGBA(sources[i])
			got := toNRGBA(apply(Of("png", files[i]), sources[i]))
			largest, sum := 0, 0
			var where string
			for j := range got.Pix {
				d := int(got.Pix[j]) - int(shown[i].Pix[j])
				sum += max(d, -d)
				if d = max(d, -d); d > largest {
					k := j &^ 3
					largest, where = d, fmt.Sprintf("%v becomes %v, Chromium shows %v", source.Pix[k:k+3], got.Pix[k:k+3], shown[i].Pix[k:k+3])
				}
			}
			t.Logf("at most %d of 255 apart, on average %.2f: %s", largest, float64(sum)/float64(len(got.Pix)), where)
			assert.LessOrEqual(t, largest, c.tolerance)
		})
	}
}
