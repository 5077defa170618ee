package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waves returns a smooth picture. A small one has the pixels that a large one has after ideal scaling.
func waves(size image.Point) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fx, fy := (float64(x)+0.5)/float64(size.X), (float64(y)+0.5)/float64(size.Y)
			img.SetNRGBA(x, y, color.NRGBA{
				byte(math.Round(128 + 100*math.Sin(6*fx))), byte(math.Round(128 + 100*math.Cos(5*fy))), byte(math.Round(128 + 90*math.Sin(4*(fx+fy)))), 255})
		}
	}
	return img
}

func whole(img image.Image, size image.Point) want {
	b := img.Bounds()
	return want{box{0, 0, float64(b.Dx()), float64(b.Dy())}, size}
}

func TestAReferenceOfTheSameSizeEqualsThePicture(t *testing.T) {
	img := waves(image.Pt(40, 30))
	got := reference(img, []want{whole(img, image.Pt(40, 30))})[0]
	for i, v := range got.pix {
		require.InDelta(t, float64(img.Pix[i]), v, 1e-9)
	}
}

func TestAReferenceOfSmoothWavesEqualsSmallerWaves(t *testing.T) {
	img, small := waves(image.Pt(400, 300)), image.Pt(57, 43)
	references := reference(img, []want{whole(img, small)})
	assert.Greater(t, judge(sampleOf(waves(small)), references).psnr, 50.0)
	assert.Greater(t, judge(sampleOf(waves(small)), references).ssim, 0.999)
}

func TestAnOffsetOfHalfAPixelLowersThePSNR(t *testing.T) {
	img := waves(image.Pt(400, 300))
	right := whole(img, image.Pt(100, 75))
	wrong := want{box{2, 2, 402, 302}, right.size}
	shifted := reference(img, []want{wrong})[0]
	s := &sample{right.size, nil}
	for _, v := range shifted.over(image.Point{}, right.size) {
		s.pix = append(s.pix, byte(math.Round(v)))
	}
	assert.Greater(t, judge(s, []*raster{shifted}).psnr, 55.0)
	assert.Less(t, judge(s, reference(img, []want{right})).psnr, 50.0)
}

func TestTransparentPartsBecomeWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	for i := range 400 {
		copy(img.Pix[4*i:], []byte{255, 0, 0, byte(255 * (i % 2))})
	}
	got := reference(img, []want{whole(img, image.Pt(5, 5))})[0].over(image.Point{}, image.Pt(5, 5))
	assert.InDelta(t, 255, got[3*12], 0.5)
	assert.InDelta(t, 127.5, got[3*12+1], 0.5)
	half := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half.SetNRGBA(0, 0, color.NRGBA{255, 0, 0, 128})
	assert.Equal(t, []byte{255, 127, 127}, sampleOf(half).pix)
}

func TestChromaIsInterpolatedBetweenTheCentersOfItsSamples(t *testing.T) {
	type neighbors struct {
		before, after int
		share         float64
	}
	at := func(i, d, n int) neighbors {
		before, after, share := between(i, d, n)
		return neighbors{before, after, share}
	}
	assert.Equal(t, neighbors{0, 0, 0.75}, at(0, 2, 4), "the first luma sample precedes the first chroma sample")
	assert.Equal(t, neighbors{0, 1, 0.25}, at(1, 2, 4))
	assert.Equal(t, neighbors{0, 1, 0.75}, at(2, 2, 4))
	assert.Equal(t, neighbors{3, 3, 0.25}, at(7, 2, 4), "the last luma sample follows the last chroma sample")
	assert.Equal(t, neighbors{3, 3, 0}, at(3, 1, 4))
}

func TestPSNRIsThatOfTheMeanSquaredError(t *testing.T) {
	s := &sample{image.Pt(2, 1), []byte{10, 20, 30, 40, 50, 60}}
	assert.InDelta(t, 20*math.Log10(255), psnr(s, []float64{11, 19, 31, 39, 51, 59}), 1e-9)
}

func TestNoiseLowersTheSSIM(t *testing.T) {
	size := image.Pt(64, 64)
	luma := lumaOf(sampleOf(waves(size)))
	assert.InDelta(t, 1, ssim(luma, luma, size), 1e-12)
	noisy := make([]float64, len(luma))
	for i, v := range luma {
		noisy[i] = v + float64(i*7919%17-8)
	}
	assert.Less(t, ssim(luma, noisy, size), 0.95)
}

func TestACropIsJudgedAtItsOwnPosition(t *testing.T) {
	img := waves(image.Pt(160, 120))
	references := reference(img, []want{whole(img, image.Pt(80, 60))})
	at, size := image.Pt(13, 0), image.Pt(60, 60)
	s := &sample{size, nil}
	for _, v := range references[0].over(at, size) {
		s.pix = append(s.pix, byte(math.Round(v)))
	}
	assert.Greater(t, judge(s, references).psnr, 55.0)
}

func TestASideOfAHalfMayBeRoundedUpOrDown(t *testing.T) {
	var heights []int
	for _, w := range conventions(image.Pt(3264, 2448), job{w: 522}) {
		assert.Equal(t, 522, w.size.X)
		heights = append(heights, w.size.Y)
	}
	assert.ElementsMatch(t, []int{391, 391, 392, 392}, heights)
}

func TestTheWorkerOfTheLibraryExecutesEveryCommand(t *testing.T) {
	dir := t.TempDir()
	var file bytes.Buffer
	require.NoError(t, jpeg.Encode(&file, waves(image.Pt(640, 480)), &jpeg.Options{Quality: 95}))
	path := filepath.Join(dir, "waves.jpg")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))

	l := newLibrary()
	for _, c := range []string{"load " + path, "job 64 64 center jpeg", "save " + filepath.Join(dir, "thumb")} {
		answer, err := l.obey(c)
		require.NoError(t, err, c)
		require.Equal(t, "ok", answer, c)
	}
	answer, err := l.obey("run 4 2")
	require.NoError(t, err)
	var cpu, wall int
	_, err = fmt.Sscanf(answer, "%d %d", &cpu, &wall)
	require.NoError(t, err)
	assert.Positive(t, wall)

	thumb, err := readSample(filepath.Join(dir, "thumb"))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(64, 64), thumb.size)
	img, err := jpeg.Decode(&file)
	require.NoError(t, err)
	assert.Greater(t, judge(thumb, reference(img, conventions(img.Bounds().Size(), job{64, 64, "center"}))).psnr, 38.0)

	_, err = l.obey("run")
	assert.Error(t, err)
}

func TestEveryRowHasThreeInputsOutsideTheCorpus(t *testing.T) {
	pkg := map[string]string{}
	for _, in := range inputs {
		assert.NotContains(t, pkg, in.name)
		pkg[in.name] = in.pkg
	}
	for _, row := range table {
		n := 0
		for _, name := range row.inputs {
			require.Contains(t, pkg, name, row.work)
			if pkg[name] != "" {
				n++
			}
		}
		assert.GreaterOrEqual(t, n, 3, row.work)
	}
}

func TestTheRatioIsThatOfTheShortestAndOfTheMedianTimes(t *testing.T) {
	second := func(s ...int) (c clock) {
		for _, s := range s {
			c.cpu = append(c.cpu, time.Duration(s)*time.Second)
		}
		return c
	}
	shortest, median := comparison{vips: second(8, 4, 20), library: second(2, 3, 9, 6)}.ratio()
	assert.InDelta(t, 0.5, shortest, 1e-9)
	assert.InDelta(t, 4.5/8, median, 1e-9)
}
