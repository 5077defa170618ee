package jpeg

import (
	"bytes"
	"context"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"math"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encodeOptions are all combinations of options, without the quality.
var encodeOptions = func() (all []EncodeOptions) {
	for _, s := range []Subsampling{Subsampling420, Subsampling422, Subsampling444} {
		for _, progressive := range []bool{false, true} {
			all = append(all, EncodeOptions{Subsampling: s, Progressive: progressive})
		}
	}
	return all
}()

// fillRandom fills a plane with gradients, edges or noise.
func fillRandom(rng *rand.Rand, samples []byte, stride int) {
	noise, level, slope := rng.Intn(3), rng.Intn(256), rng.Intn(5)-2
	for i := range samples {
		x, y := i%stride, i/stride
		v := level + slope*x/2 - slope*y/3
		if (x/11+y/7)%3 == 0 {
			v += 90
		}
		switch noise {
		case 1:
			v += rng.Intn(30)
		case 2:
			v += rng.Intn(256)
		}
		samples[i] = byte(min(max(v, 0), 255))
	}
}

func opaque(pix []byte) {
	for i := 3; i < len(pix); i += 4 {
		pix[i] = 255
	}
}

// randomPicture returns a picture of a random type with a random origin.
func randomPicture(rng *rand.Rand, w, h int) image.Image {
	at := image.Pt(rng.Intn(9), rng.Intn(9))
	outer := image.Rect(0, 0, w, h).Add(at).Inset(-rng.Intn(3))
	inner := image.Rect(0, 0, w, h).Add(at)
	switch kind := rng.Intn(9); kind {
	case 0:
		m := image.NewGray(outer)
		fillRandom(rng, m.Pix, m.Stride)
		return m.SubImage(inner)
	case 1:
		m := image.NewRGBA(outer)
		fillRandom(rng, m.Pix, m.Stride)
		opaque(m.Pix)
		return m.SubImage(inner)
	case 2:
		m := image.NewNRGBA(outer)
		fillRandom(rng, m.Pix, m.Stride)
		opaque(m.Pix)
		return m.SubImage(inner)
	default:
		m := image.NewYCbCr(outer.Intersect(image.Rect(0, 0, 1<<16, 1<<16)), image.YCbCrSubsampleRatio(kind-3))
		fillRandom(rng, m.Y, m.YStride)
		fillRandom(rng, m.Cb, m.CStride)
		fillRandom(rng, m.Cr, m.CStride)
		return m.SubImage(inner)
	}
}

func encode(t testing.TB, img image.Image, o EncodeOptions) []byte {
	var b bytes.Buffer
	require.NoError(t, Encode(context.Background(), &b, img, o))
	return b.Bytes()
}

// expected returns the samples of each component before the transform. A file of quality 100 must have nearly these samples.
func expected(img image.Image, o EncodeOptions) (planes [][]byte, width []int) {
	b := img.Bounds()
	at := func(x, y int) [3]int {
		x, y = b.Min.X+min(x, b.Dx()-1), b.Min.Y+min(y, b.Dy()-1)
		switch m := img.(type) {
		case *image.YCbCr:
			c := m.YCbCrAt(x, y)
			return [3]int{int(c.Y), int(c.Cb), int(c.Cr)}
		case *image.Gray:
			return [3]int{int(m.GrayAt(x, y).Y)}
		case *image.NRGBA:
			c := m.NRGBAAt(x, y)
			yy, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			return [3]int{int(yy), int(cb), int(cr)}
		case *image.RGBA:
			c := m.RGBAAt(x, y)
			yy, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			return [3]int{int(yy), int(cb), int(cr)}
		}
		panic("kind")
	}
	h, v := o.Subsampling.factors()
	n := 3
	if isGray(img) {
		n = 1
	}
	for i := range n {
		dx, dy := h, v
		if i == 0 {
			dx, dy = 1, 1
		}
		w, rows := ceilDiv(b.Dx(), dx), ceilDiv(b.Dy(), dy)
		p := make([]byte, w*rows)
		for j := range p {
			sum := 0
			for k := range dx * dy {
				sum += at(j%w*dx+k%dx, j/w*dy+k/dx)[i]
			}
			p[j] = byte((sum + dx*dy/2) / (dx * dy))
		}
		planes, width = append(planes, p), append(width, w)
	}
	return planes, width
}

// decodedPlanes returns the samples of a decoded picture.
func decodedPlanes(t *testing.T, img image.Image) (planes [][]byte, stride []int) {
	switch m := img.(type) {
	case *image.Gray:
		return [][]byte{m.Pix}, []int{m.Stride}
	case *image.YCbCr:
		return [][]byte{m.Y, m.Cb, m.Cr}, []int{m.YStride, m.CStride, m.CStride}
	}
	require.Fail(t, "not what was encoded")
	return nil, nil
}

// roundTrip encodes img. It decodes the file with this package and with image/jpeg, and requires that the pictures agree.
func roundTrip(t *testing.T, img image.Image, o EncodeOptions) image.Image {
	data := encode(t, img, o)
	var d Decoder
	got, err := d.Decode(context.Background(), data, Options{})
	require.NoError(t, err)
	want, err := stdjpeg.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, image.Rectangle{Max: img.Bounds().Size()}, want.Bounds())
	require.LessOrEqual(t, maxDifference(t, "image/jpeg", got, want), 2)
	return want
}

func TestEncodedFilesAreDecodedAlikeByThisPackageAndImageJPEG(t *testing.T) {
	rng := rand.New(rand.NewSource(5))
	for n := range 5000 {
		img := randomPicture(rng, 1+rng.Intn(40), 1+rng.Intn(40))
		if n%200 == 0 { // large pictures have other tables and scans
			img = randomPicture(rng, 250+rng.Intn(250), 250+rng.Intn(250))
		}
		o := encodeOptions[rng.Intn(len(encodeOptions))]
		o.Quality = 1 + rng.Intn(100)
		roundTrip(t, img, o)
	}
}

func TestQuality100KeepsEverySampleUpToRounding(t *testing.T) {
	rng := rand.New(rand.NewSource(6))
	for n := range 200 {
		img := randomPicture(rng, 1+rng.Intn(50), 1+rng.Intn(50))
		o := encodeOptions[n%len(encodeOptions)]
		o.Quality = 100
		want, width := expected(img, o)
		got, stride := decodedPlanes(t, roundTrip(t, img, o))
		require.Len(t, got, len(want))
		for i := range want {
			sum := 0.0
			for j, v := range want[i] {
				at := j/width[i]*stride[i] + j%width[i]
				difference := math.Abs(float64(v) - float64(got[i][at]))
				require.LessOrEqual(t, difference, 4.0, "%T %v component %d sample %d", img, o, i, j)
				sum += difference
			}
			mean := 0.6
			if _, ok := img.(*image.YCbCr); !ok {
				mean = 1 // package color rounds halves up
			}
			assert.LessOrEqual(t, sum/float64(len(want[i])), mean, "%T %v component %d", img, o, i)
		}
	}
}

func TestExtremeSizesAreEncoded(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1, 8}, {8, 1}, {9, 17}, {16, 16}, {65535, 1}, {1, 65535}} {
		for _, o := range encodeOptions {
			img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
			fillRandom(rand.New(rand.NewSource(1)), img.Y, img.YStride)
			roundTrip(t, img, o)
		}
	}
	for _, size := range []image.Point{{0, 0}, {0, 5}, {65536, 1}, {1, 65536}} {
		assert.Error(t, Encode(context.Background(), &bytes.Buffer{}, image.NewGray(image.Rectangle{Max: size}), EncodeOptions{}), size)
	}
}

func TestTheForwardTransformIsTheDCT(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	var q quantizer
	var table quantTableFor
	for k := range table.steps {
		table.steps[k] = 1
	}
	q.set(&table)
	for range 200 {
		src := make([]byte, 64)
		fillRandom(rng, src, 8)
		var b codedBlock
		nonzero, _ := forward(&b, src, 8, &q)
		for u := range 8 {
			for v := range 8 {
				want := 0.0
				for i, s := range src {
					want += (float64(s) - 128) * math.Cos(float64((2*(i%8)+1)*u)*math.Pi/16) * math.Cos(float64((2*(i/8)+1)*v)*math.Pi/16) / 4
				}
				if u == 0 {
					want /= math.Sqrt2
				}
				if v == 0 {
					want /= math.Sqrt2
				}
				require.InDelta(t, want, float64(b[8*u+v]), 0.501)
				require.Equal(t, b[8*u+v] != 0, nonzero>>(8*u+v)&1 != 0)
			}
		}
	}
}

func TestHuffmanCodesAreOptimalAndHaveAtMost16Bits(t *testing.T) {
	rng := rand.New(rand.NewSource(4))
	for n := range 300 {
		var h histogram
		for i := range 1 + rng.Intn(256) {
			h[i] = uint32(math.Exp(rng.Float64() * float64(n%20)))
			if n%7 == 0 {
				h[i] = 1 << min(i, 30)
			}
		}
		var lengths [257]uint8
		codeLengths(&h, &lengths)
		kraft := 0.0
		cost, entropy, total := 0.0, 0.0, 1.0
		for _, count := range h {
			total += float64(count)
		}
		for i, l := range lengths {
			if l > 0 {
				kraft += math.Exp2(-float64(l))
				require.LessOrEqual(t, int(l), 16)
			}
			if i < 256 && h[i] > 0 {
				require.NotZero(t, l)
				cost += float64(l) * float64(h[i])
				entropy += float64(h[i]) * math.Log2(total/float64(h[i]))
				require.LessOrEqual(t, l, lengths[256], "the reserved code is the longest")
			}
		}
		require.Equal(t, 1.0, kraft)
		if n%7 != 0 {
			require.LessOrEqual(t, cost, entropy+total)
		}
	}
}
