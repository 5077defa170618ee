package processors

import "math"

// frameErrors measures how much frames differ to the eye from what they should be.
type frameErrors struct {
	held      []Frame
	every     int
	want, got *planes
	like      likeness
	worst     float64 // mean squared error of a frame, in levels of samples
}

// errorFrames is how many frames are looked at.
const errorFrames = 6

func newErrors(held []Frame) *frameErrors {
	size := held[0].Image.Rect.Size()
	return &frameErrors{held: held, every: (len(held) + errorFrames - 1) / errorFrames, want: newPlanes(size), got: newPlanes(size)}
}

// add adds a frame as it is shown.
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

// A lack says how much frames lack of what they should be, in parts that are about points of SSIMULACRA 2.
type lack [2*likeScales + 1]float64

// lack returns what the frames lack.
func (f *frameErrors) lack() (l lack) {
	for scale := range likeScales {
		light, color := f.like.norms(scale)
		l[2*scale], l[2*scale+1] = lightPoints[scale]*light, colorPoints[scale]*color
	}
	l[2*likeScales] = levelPoints * math.Sqrt(f.worst)
	return l
}

// The points are fitted to trials with the films of the benchmark.
const levelPoints = 1.2

var (
	lightPoints = [likeScales]float64{80, 45, 50}
	colorPoints = [likeScales]float64{0, 15, 0}
)

// sum is what is lacking altogether.
func (l *lack) sum() (sum float64) {
	for _, v := range l {
		sum += v
	}
	return sum
}

// beyond returns what is lacking that the other has.
func (l *lack) beyond(other lack) (sum float64) {
	for i, v := range l {
		sum += max(v-other[i], 0)
	}
	return sum
}
