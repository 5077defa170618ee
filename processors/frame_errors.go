package processors

import (
	"image"
	"math"
)

// frameErrors measures how much frames differ to the eye from what they should be: by squares of a few pixels, because
// errors are seen more where there is little else.
type frameErrors struct {
	held           []Frame
	every          int
	sum, fourth, n float64 // of squares
	worst          float64 // mean squared error of a frame, in levels of samples
}

const (
	errorSide   = 8  // of a square
	errorFrames = 6  // that are looked at
	errorNoise  = 30 // the variance that is not seen
)

func newErrors(held []Frame) *frameErrors {
	return &frameErrors{held: held, every: (len(held) + errorFrames - 1) / errorFrames}
}

// add adds a frame as it is shown.
func (f *frameErrors) add(frame int, shown []uint32) {
	if frame%f.every != 0 {
		return
	}
	img := f.held[frame].Image
	size, all := img.Rect.Size(), 0.0
	for y := 0; y < size.Y; y += errorSide {
		for x := 0; x < size.X; x += errorSide {
			wrong, e := squareError(img, shown, image.Rect(x, y, min(x+errorSide, size.X), min(y+errorSide, size.Y)))
			f.sum += e
			f.fourth += float64(e * e * e * e)
			f.n++
			all += wrong
		}
	}
	f.worst = max(f.worst, all/float64(area(size)))
}

// squareError returns the sum of the squared errors of the samples of a square, and the error of its lightness in relation to
// how much there is to see.
func squareError(img *image.NRGBA, shown []uint32, r image.Rectangle) (wrong, seen float64) {
	sum, squares, lack, all := 0, 0, 0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			want, got := [3]int{255, 255, 255}, [3]int{255, 255, 255}
			if p := img.Pix[img.PixOffset(x, y):][:4]; p[3] >= opaqueFrom {
				want = [3]int{int(p[0]), int(p[1]), int(p[2])}
			}
			if c := shown[y*img.Rect.Dx()+x]; c != 0 {
				got = [3]int{int(c & 255), int(c >> 8 & 255), int(c >> 16 & 255)}
			}
			a, b := 2*want[0]+5*want[1]+want[2], 2*got[0]+5*got[1]+got[2]
			sum, squares, lack = sum+a, squares+a*a, lack+(a-b)*(a-b)
			for i, v := range want {
				all += (v - got[i]) * (v - got[i])
			}
		}
	}
	n := float64(r.Dx() * r.Dy())
	mean := float64(sum) / n
	variance := float64((float64(squares)/n - float64(mean*mean)) / 64)
	return float64(all) / 3, float64(lack) / 64 / n / (variance + errorNoise)
}

// mean is a mean to which large errors contribute more.
func (f *frameErrors) mean() float64 {
	return f.sum/max(f.n, 1) + math.Sqrt(math.Sqrt(f.fourth/max(f.n, 1)))
}
