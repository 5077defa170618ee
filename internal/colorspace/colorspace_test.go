package colorspace

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// app2 returns an APP2 segment with one part of a profile. count is the number of parts, and number is that of this
// part, from 1 on.
func app2(number, count byte, part []byte) []byte {
	return pieces.JPEG(0xe2, []byte(iccMarker), []byte{number, count}, part)
}

// jpegWith returns a JPEG with segments after SOI or, if late is true, before the first scan.
func jpegWith(t testing.TB, gray, late bool, segments ...[]byte) []byte {
	var img image.Image = image.NewRGBA(image.Rect(0, 0, 8, 8))
	if gray {
		img = image.NewGray(img.Bounds())
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	at := 2
	if late {
		at = bytes.Index(b.Bytes(), []byte{0xff, 0xda})
	}
	return bytes.Join([][]byte{b.Bytes()[:at], bytes.Join(segments, nil), b.Bytes()[at:]}, nil)
}

func webpWith(profile []byte) []byte {
	pixel := []byte{0x2f, 0, 0, 0, 0, 0}
	return pieces.WebP(pieces.VP8X(pieces.WebPProfile, image.Pt(1, 1)), pieces.RIFF("ICCP", profile), pieces.RIFF("VP8L", pixel))
}

func gifWith(t testing.TB, profile []byte) []byte {
	var b bytes.Buffer
	pal := color.Palette{color.Black, color.White, color.RGBA{255, 0, 0, 255}}
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{image.NewPaletted(image.Rect(0, 0, 2, 2), pal)}, Delay: []int{1},
		Config: image.Config{Width: 2, Height: 2, ColorModel: pal},
	}))
	at := 13 + 3*4
	ext := append([]byte{0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x21, 0xff, 11}, "ICCRGBG1012"...)
	for ; len(profile) > 0; profile = profile[min(255, len(profile)):] {
		n := min(255, len(profile))
		ext = append(append(ext, byte(n)), profile[:n]...)
	}
	return bytes.Join([][]byte{b.Bytes()[:at], ext, {0}, b.Bytes()[at:]}, nil)
}

// tiffWith returns a TIFF of one pixel.
func tiffWith(order pieces.ByteOrder, photometric int, profile []byte) []byte {
	samples := map[int]int{1: 1, 2: 3, 5: 4}[photometric]
	f := pieces.NewTIFF(1, 1, 8, samples, photometric, make([]byte, samples)).Set(34675, profile)
	f.Order = order
	return f.Encode()
}

func bmpWith(colors string, profile []byte) []byte {
	b := make([]byte, 14+124+4) // one pixel
	copy(b, "BM")
	binary.LittleEndian.PutUint32(b[10:], 14+124)
	binary.LittleEndian.PutUint32(b[14:], 124)
	b[18], b[22], b[26], b[28] = 1, 1, 1, 24
	copy(b[14+56:], colors)
	binary.LittleEndian.PutUint32(b[14+112:], 124+4)
	binary.LittleEndian.PutUint32(b[14+116:], uint32(len(profile)))
	return append(b, profile...)
}

func parts(profile []byte, n int) (out [][]byte) {
	for i := range n {
		out = append(out, app2(byte(i+1), byte(n), profile[len(profile)*i/n:len(profile)*(i+1)/n]))
	}
	return out
}

func swapped(p [][]byte) [][]byte { p[0], p[2] = p[2], p[0]; return p }

func TestProfilesAreFoundInAllFormats(t *testing.T) {
	p3, gray := p3Profile(), grayProfile()
	srgb := bytes.Replace(p3, []byte("acsp"), []byte("xxxx"), 1)
	for _, c := range []struct {
		name, format string
		file         []byte
		want         icc.Space // 0 means that there is no Transform
	}{
		{"one chunk", "jpeg", jpegWith(t, false, false, app2(1, 1, p3)), icc.RGB},
		{"behind the frame header", "jpeg", jpegWith(t, false, true, app2(1, 1, p3)), icc.RGB},
		{"ten chunks", "jpeg", jpegWith(t, false, false, parts(p3, 10)...), icc.RGB},
		{"255 chunks", "jpeg", jpegWith(t, false, false, parts(p3, 255)...), icc.RGB},
		{"out of order", "jpeg", jpegWith(t, false, false, swapped(parts(p3, 3))...), icc.RGB},
		{"a missing chunk", "jpeg", jpegWith(t, false, false, parts(p3, 3)[1:]...), 0},
		{"the last missing", "jpeg", jpegWith(t, false, false, parts(p3, 3)[:2]...), 0},
		{"a chunk twice", "jpeg", jpegWith(t, false, false, append(parts(p3, 2), parts(p3, 2)[0])...), icc.RGB},
		{"counts that differ", "jpeg", jpegWith(t, false, false, parts(p3, 2)[0], app2(2, 3, nil)), 0},
		{"chunk 0", "jpeg", jpegWith(t, false, false, app2(0, 1, p3)), 0},
		{"chunk 2 of 1", "jpeg", jpegWith(t, false, false, app2(2, 1, p3)), 0},
		{"another APP2", "jpeg", jpegWith(t, false, false, []byte{0xff, 0xe2, 0, 6, 'M', 'P', 'F', 0}, app2(1, 1, p3)), icc.RGB},
		{"no profile", "jpeg", jpegWith(t, false, false), 0},
		{"a broken profile", "jpeg", jpegWith(t, false, false, app2(1, 1, srgb)), 0},
		{"gray with gray", "jpeg", jpegWith(t, true, false, app2(1, 1, gray)), icc.Gray},
		{"gray with RGB", "jpeg", jpegWith(t, true, false, app2(1, 1, p3)), icc.RGB},
		{"RGB with gray", "jpeg", jpegWith(t, false, false, app2(1, 1, gray)), 0},
		{"cut off", "jpeg", jpegWith(t, false, false, app2(1, 1, p3))[:100], 0},
		{"png", "png", withChunks(t, swatches(), pieces.ICCP(p3)), icc.RGB},
		{"gray png", "png", withChunks(t, image.NewGray(image.Rect(0, 0, 1, 1)), pieces.ICCP(gray)), icc.Gray},
		{"webp", "webp", webpWith(p3), icc.RGB},
		{"webp, odd length", "webp", webpWith(append(p3, 0)), icc.RGB},
		{"webp, cut off", "webp", webpWith(p3)[:200], 0},
		{"webp of gray", "webp", webpWith(gray), 0},
		{"gif", "gif", gifWith(t, p3), icc.RGB},
		{"gif, cut off", "gif", gifWith(t, p3)[:300], 0},
		{"tiff", "tiff", tiffWith(binary.LittleEndian, 2, p3), icc.RGB},
		{"big-endian tiff", "tiff", tiffWith(binary.BigEndian, 2, p3), icc.RGB},
		{"gray tiff", "tiff", tiffWith(binary.BigEndian, 1, gray), icc.Gray},
		{"cmyk tiff with RGB", "tiff", tiffWith(binary.BigEndian, 5, p3), 0},
		{"tiff, cut off", "tiff", tiffWith(binary.LittleEndian, 2, p3)[:200], 0},
		{"bmp", "bmp", bmpWith("DEBM", p3), icc.RGB},
		{"bmp that is sRGB", "bmp", bmpWith("BGRs", p3), 0},
		{"bmp, cut off", "bmp", bmpWith("DEBM", p3)[:200], 0},
		{"bmp of gray", "bmp", bmpWith("DEBM", gray), 0},
		{"another format", "heif", p3, 0},
		{"nothing", "png", nil, 0},
	} {
		tr := Of(c.format, c.file)
		if c.want == 0 {
			assert.Nil(t, tr, c.name)
			continue
		}
		if assert.NotNil(t, tr, c.name) {
			assert.Equal(t, c.want, tr.Space(), c.name)
		}
	}
}

func TestFilesWithoutColorDescriptionHaveNoTransform(t *testing.T) {
	for _, format := range []string{"jpeg", "png", "gif", "webp", "tiff"} {
		for _, file := range [][]byte{nil, {0}, make([]byte, 7), make([]byte, 20), make([]byte, 1000), bytes.Repeat([]byte{0xff}, 1000)} {
			assert.Nil(t, Of(format, file))
		}
	}
}

func TestDamagedAndInvalidColorChunksAreIgnored(t *testing.T) {
	linear := withChunks(t, swatches(), gAMA(100000))
	require.NotNil(t, Of("png", linear))
	assert.NotNil(t, Of("png", withChunks(t, swatches(), pieces.PNG("sRGB", []byte{9}), gAMA(100000))), "no such rendering intent")
	assert.Nil(t, Of("png", withChunks(t, swatches(), pieces.PNG("sRGB", []byte{3}), gAMA(100000))))
	linear[8+25+8] ^= 1
	assert.Nil(t, Of("png", linear), "a wrong checksum")
}

func TestAProfileThatInflatesTo256MiBIsNotInflated(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(imagetest.Corpus(t), "bombs", "png-iccp-256MiB.png"))
	require.NoError(t, err)
	allocated := testing.AllocsPerRun(3, func() { assert.Nil(t, Of("png", file)) })
	assert.Less(t, allocated, 50.0)
}

// The test compares the pictures of the corpus, at full size, with littlecms in libvips.
func TestPicturesAgreeWithLibvips(t *testing.T) {
	dir := imagetest.Corpus(t)
	imagetest.Program(t, "vips", "libvips-tools")
	for _, name := range []string{
		"icc/P3-sRGB-red.png", "icc/derived-AdobeCompat.jpg", "icc/derived-DisplayP3.jpg", "icc/derived-ProPhoto.jpg",
		"icc/derived-Rec2020.jpg", "icc/derived-icc-10-chunks.jpg", "icc/rgb-to-gbr-test.png", "icc/sample.jpg",
		"icc/red-blue-gradient.dcip3d65-no-chrm-no-gama.png", "icc/sample-xyb.jpg", "cmyk/derived-cmyk-icc.jpg",
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			img, format, err := image.Decode(bytes.NewReader(file))
			require.NoError(t, err)
			tr := Of(format, file)
			require.NotNil(t, tr)
			out := filepath.Join(t.TempDir(), "out.png")
			intent := "relative"
			if strings.Contains(name, "xyb") || strings.Contains(name, "cmyk") {
				intent = "perceptual" // the only intent of these profiles; libvips mixes two intents if asked for another
			}
			output, err := exec.Command("vips", "icc_transform", filepath.Join(dir, name), out, "srgb", "--embedded", "--intent", intent).CombinedOutput()
			require.NoError(t, err, "%s", output)
			reference, err := os.ReadFile(out)
			require.NoError(t, err)
			want, _, err := image.Decode(bytes.NewReader(reference))
			require.NoError(t, err)
			got, before := psnr(toNRGBA(apply(tr, img)), toNRGBA(want)), psnr(toNRGBA(img), toNRGBA(want))
			t.Logf("%.1f dB, without conversion %.1f dB", got, before)
			assert.Greater(t, got, 35.0)
		})
	}
}

func psnr(a, b *image.NRGBA) float64 {
	sum, n := 0.0, 0
	for i := range a.Pix {
		if a.Pix[i|3] > 0 {
			d := float64(a.Pix[i]) - float64(b.Pix[i])
			sum, n = sum+d*d, n+1
		}
	}
	return imagetest.Decibels(sum, n)
}

func FuzzOf(f *testing.F) {
	p3 := p3Profile()
	for _, file := range [][]byte{
		jpegWith(f, false, false, parts(p3, 3)...), withChunks(f, image.NewGray(image.Rect(0, 0, 1, 1)), pieces.ICCP(p3), gAMA(1), chrmP3),
		withChunks(f, image.NewGray(image.Rect(0, 0, 1, 1)), cICP(9, 16, 0)), webpWith(p3), gifWith(f, p3), tiffWith(binary.BigEndian, 2, p3),
	} {
		f.Add(file)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 4, 1))
	copy(img.Pix, []byte{255, 255, 255, 255, 0, 0, 0, 255, 255, 0, 0, 255, 12, 200, 100, 0})
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, format := range []string{"jpeg", "png", "gif", "webp", "tiff"} {
			assert.NotNil(t, apply(Of(format, file), img))
		}
	})
}

func BenchmarkOf(b *testing.B) {
	for _, c := range []struct {
		name, format string
		file         []byte
	}{
		{"jpeg", "jpeg", jpegWith(b, false, false, app2(1, 1, p3Profile()))},
		{"png iCCP", "png", withChunks(b, swatches(), pieces.ICCP(p3Profile()))},
		{"png gAMA", "png", withChunks(b, swatches(), gAMA(100000))},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				Of(c.format, c.file)
			}
		})
	}
}
