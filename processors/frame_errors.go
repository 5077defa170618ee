package processors

import "math"

// frameErrors measures the visible errors of encoded frames.
type frameErrors struct {
	held      []Frame
	every     int
	want, got *planes
	like      likeness
	worst     float64 // mean squared error of a frame, in levels of samples
}

// errorFrames is the number of examined frames.
const errorFrames = 6

func newErrors(held []Frame) *frameErrors {
	size := held[0].Image.Rect.Size()
	return &frameErrors{held: held, every: (len(held) + errorFrames - 1) / errorFrames, want: newPlanes(size), got: newPlanes(size)}
}

// add adds a frame in its encoded colors.
func (f *frameErrors) add(frame int, shown []uint32) {
	if frame%f.every != 0 {
		return
	}
	img := f.held[frame].Image
	size, all := img.Rect.Size(), int64(0)
	f.want.size, f.got.size = size, size
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		for at := y * size.X; len(row) >= 4; at, row = at+1, row[4:] {
			want, got := [3]int32{255, 255, 255}, [3]int32{255, 255, 255}
			if row[3] >= opaqueFrom {
				want = [3]int32{int32(row[0]), int32(row[1]), int32(row[2])}
			}
			if c := shown[at]; c != 0 {
				got = [3]int32{int32(c & 255), int32(c >> 8 & 255), int32(c >> 16 & 255)}
			}
			for i, v := range want {
				all += int64((v - got[i]) * (v - got[i]))
			}
			f.want.set(at, want)
			f.got.set(at, got)
		}
	}
	f.like.add(f.want, f.got)
	f.worst = max(f.worst, float64(all)/3/float64(area(size)))
}

// A degradation is the visible error of frames, split into parts, each in approximate points of SSIMULACRA
// 2.
type degradation [2*likeScales + 1]float64

// degradation returns the degradation of the frames added so far.
func (f *frameErrors) degradation() (l degradation) {
	for scale := range likeScales {
		light, color := f.like.norms(scale)
		l[2*scale], l[2*scale+1] = lightPoints[scale]*light, colorPoints[scale]*color
	}
	l[2*likeScales] = levelPoints * math.Sqrt(f.worst)
	return l
}

// The weights are fitted to trials with the films of the benchmark.
const levelPoints = 1.2

var (
	lightPoints = [likeScales]float64{80, 45, 50}
	colorPoints = [likeScales]float64{0, 15, 0}
)

// sum returns the total degradation.
func (l *degradation) sum() (sum float64) {
	for _, v := range l {
		sum += v
	}
	return sum
}

// beyond returns the sum of the parts in which l exceeds other.
func (l *degradation) beyond(other degradation) (sum float64) {
	for i, v := range l {
		sum += max(v-other[i], 0)
	}
	return sum
}
