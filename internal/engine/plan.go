package engine

import (
	"fmt"
	"image"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A Request describes the thumbnail to make.
type Request struct {
	Processor     processors.Processor
	Encoder       Encoder
	Width, Height int   // as requested: one of them may be 0
	FileBytes     int64 // memory of the file itself, a part of Limits.Memory
	Limits        Limits
}

// An Encoder writes an image in some format. The optional interfaces are those of package
// processors: Animator, Keeper, ContextEncoder, MemoryEstimator.
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// Limits bound one generation. A value of 0 or less means no limit, except that no picture has more than mostPixels pixels.
type Limits struct {
	Pixels        int64 // maximum of width × height of an original (for an animation: × frames), and of an animated thumbnail
	Width, Height int   // maximum width and height of a thumbnail
	Memory        int64 // maximum memory in bytes, including the file itself
}

// A Plan describes the thumbnail that Make will make, and the memory that it takes.
type Plan struct {
	Request
	Header *codec.Header
	Size   image.Point // size of the thumbnail; the zero Point if it is not known in advance
	Bytes  int64       // upper bound of the memory that Make takes from its account

	least     image.Point
	animation animationLimit // zero Bytes means a still picture
}

// Moves reports whether the thumbnail will be an animation.
func (p *Plan) Moves() bool { return p.animation.Bytes > 0 }

// Plan checks every limit. If the header is provisional, Plan does not refuse the size of the result, because
// the orientation may still exchange width and height.
func (e *Engine) Plan(h *codec.Header, r Request) (*Plan, error) {
	r.Limits.setDefaults()
	size := h.Size()
	if n := area(size); n > r.Limits.Pixels {
		return nil, fmt.Errorf("%w: %dx%d pixels are more than Config.MaxPixels (%d)", codec.ErrTooLarge, size.X, size.Y, r.Limits.Pixels)
	}
	p := &Plan{Request: r, Header: h, least: MinDecode(r.Processor, size, r.Width, r.Height)}
	if result, known := resultSize(r.Processor, size, r.Width, r.Height); known {
		if err := r.Limits.checkResult(result); err != nil && !h.Peeked {
			return nil, err
		}
		p.Size = result
		if r.Limits.checkResult(result) != nil {
			p.Size = image.Pt(min(result.X, r.Limits.Width), min(result.Y, r.Limits.Height))
		}
	}
	options := codec.Options{Least: h.Turn(p.least), Tolerant: e.tolerant}
	p.Bytes = p.stillBytes(options)
	if p.Size == (image.Point{}) && (r.Width > 0 || r.Height > 0) {
		filled := p.filled()
		p.Bytes = max(p.Bytes, min(filled.stillBytes(options), r.Limits.Memory-r.FileBytes))
	}
	if animates(r.Encoder) && h.Format.Frames != nil && h.FrameCount > 1 {
		p.planAnimation()
	}
	if p.Bytes > r.Limits.Memory-r.FileBytes {
		return nil, fmt.Errorf("%w: it takes %d bytes of memory, and the file %d: more than Config.MaxMemory (%d)",
			codec.ErrTooLarge, p.Bytes, r.FileBytes, r.Limits.Memory)
	}
	return p, nil
}

// filled returns p with a thumbnail that fills its box. A Processor that is not a Planner may return a smaller
// thumbnail. So the memory for a full box is reserved if it is within the limit, but a request is not refused
// because of this estimate.
func (p *Plan) filled() Plan {
	q := *p
	size, _ := resultSize(processors.Crop{}, p.Header.Size(), p.Width, p.Height)
	q.Size = image.Pt(min(size.X, p.Limits.Width), min(size.Y, p.Limits.Height))
	return q
}

// mostPixels is the number of pixels up to which estimates of memory do not overflow.
const mostPixels = 1 << 48

func (l *Limits) setDefaults() {
	for _, n := range []*int64{&l.Pixels, &l.Memory} {
		if *n <= 0 {
			*n = math.MaxInt64
		}
	}
	l.Pixels = min(l.Pixels, mostPixels)
	for _, n := range []*int{&l.Width, &l.Height} {
		if *n <= 0 {
			*n = math.MaxInt
		}
	}
}

// checkResult refuses a thumbnail that is too large.
func (l Limits) checkResult(size image.Point) error {
	if (size.X > l.Width || size.Y > l.Height) && !l.fitsArea(size) {
		return fmt.Errorf("%w: the thumbnail would have %dx%d pixels, more than Config.MaxWidth × Config.MaxHeight (%dx%d)",
			codec.ErrTooLarge, size.X, size.Y, l.Width, l.Height)
	}
	return nil
}

// maxSide is the largest length in pixels of a side that is computed from the other side. WebP can't
// store a longer side.
const maxSide = 16_383

// fitsArea reports whether a size with a side beyond its limit has no more than Width × Height pixels.
func (l Limits) fitsArea(size image.Point) bool {
	if size.X > maxSide || size.Y > maxSide || size.X < 1 || size.Y < 1 {
		return false
	}
	pixels := int64(size.X) * int64(size.Y)
	return pixels/int64(l.Width) < int64(l.Height) || pixels%int64(l.Width) == 0 && pixels/int64(l.Width) == int64(l.Height)
}

// planAnimation makes p the plan of an animation, if that is within the limits.
func (p *Plan) planAnimation() {
	limit := animationLimit{Pixels: p.Limits.Pixels, Bytes: max(0, p.Limits.Memory-p.FileBytes-p.Bytes)}
	if p.Size == (image.Point{}) {
		limit.Bytes = min(limit.Bytes, p.Limits.Memory/4)
	}
	if !limit.allows(p.Header, p.Size) {
		return
	}
	if p.Size != (image.Point{}) {
		limit.Bytes = bytesFor(int64(p.Header.FrameCount), p.Size, p.Header.Stored)
	}
	p.animation = limit
	p.Bytes += limit.Bytes
}

// animates reports whether an encoder accepts animations. Other encoders receive the first frame.
func animates(encoder any) bool {
	a, ok := ability.Find[processors.Animator](encoder)
	return ok && a.Animates()
}

// locateSide is the minimum length in pixels of the shorter side of a picture that is passed to a Locator,
// unless the original is smaller: see processors.Locator. So a thumbnail of 200×200 pixels needs no larger
// decode for the Locator.
const locateSide = 200

// resultSize returns the size in pixels of the thumbnail that p makes of an upright original of the given size.
// If p is not a Planner, the size is not known in advance, and ok is false.
func resultSize(p processors.Processor, original image.Point, width, height int) (size image.Point, ok bool) {
	planner, ok := ability.Find[processors.Planner](p)
	if !ok {
		return image.Point{}, false
	}
	_, crop := planner.Plan(original, width, height)
	return crop.Size(), true
}

// MinDecode returns the smallest size in pixels at which p needs the whole upright picture. If [Engine.Decode]
// gets that size, the result is as good as from the original. The zero Point means the original size.
func MinDecode(p processors.Processor, original image.Point, width, height int) image.Point {
	planner, ok := ability.Find[processors.Planner](p)
	if !ok {
		return image.Point{}
	}
	least, crop := planner.Plan(original, width, height)
	if _, ok := ability.Find[processors.Locator](p); ok && crop.Size() != least {
		look := scaling.Size(original, float64(locateSide)/float64(min(original.X, original.Y)))
		least = image.Pt(max(least.X, look.X), max(least.Y, look.Y))
	}
	if least.X >= original.X || least.Y >= original.Y {
		return image.Point{}
	}
	return least
}

// area returns width × height, limited so that sums of a few multiples of it do not overflow.
func area(size image.Point) int64 {
	const most = 1 << 50
	if size.X > 0 && int64(size.Y) > most/int64(size.X) {
		return most
	}
	return int64(size.X) * int64(size.Y)
}

// stillBytes returns an upper bound of the memory for a still picture: the maximum over the steps of the memory
// that a step takes plus the memory that earlier steps still hold.
func (p *Plan) stillBytes(o codec.Options) int64 {
	h := p.Header
	profile := int64(0)
	if h.Profile > 0 {
		profile = icc.Memory(int(min(h.Profile, icc.MaxProfile))) + h.Profile
	}
	decoded := h.Format.Memory(h, o)
	if h.Described && convertsWhole(h, o) {
		whole := codec.Options{Tolerant: o.Tolerant}
		decoded = max(decoded, saturated(float64(h.Format.Memory(h, whole))+float64(4*float64(area(h.Stored)))+float64(26*float64(h.Stored.X))))
	}
	var look int64
	if _, planned := ability.Find[processors.Planner](p.Processor); !planned {
		look = saturated(8 * float64(area(h.Stored))) // the upright picture, converted to sRGB
	} else if locator, ok := ability.Find[processors.Locator](p.Processor); ok {
		seen, _ := locator.Plan(h.Size(), p.Width, p.Height)
		look = p.lookBytes(decoded, seen)
	}
	scaled := resample.Memory(h.Stored, h.Turn(p.Size))
	result := 4 * area(p.Size)
	made := max(3*result, 2*result+p.encodeBytes()) // the larger one of two peaks: the result is scaled, converted and drawn on, and afterwards it is encoded
	if p.least == (image.Point{}) {                 // the result may be the decoded picture, or a part of that picture
		made = max(made, saturated(float64(decoded)+float64(result+p.encodeBytes())))
	}
	steps := max(saturated(float64(decoded)+float64(max(look, scaled))), made)
	return saturated(float64(steps) + float64(profile+fixedBytes))
}

// lookBytes returns the memory that a Locator takes. It needs the upright picture, and a copy, which is reduced, or
// enlarged to the size scaled.
func (p *Plan) lookBytes(decoded int64, scaled image.Point) int64 {
	const (
		most     = 4 << 20 // maximum number of pixels that a Locator examines
		mostSide = 1 << 14
	)
	n := 2 * 4 * min(max(area(p.least), area(scaled), area(p.Size), 1<<20), most)
	if p.Header.Orientation > 1 {
		n = saturated(float64(n) + float64(decoded))
	}
	wide, tall := min(max(scaled.X, 4096), mostSide), min(max(scaled.Y, 2), mostSide)
	size := p.Header.Size()
	resized := max(resample.Memory(p.Header.Stored, image.Pt(4096, 2)), resample.Memory(size, image.Pt(wide, 2)), resample.Memory(size, image.Pt(2, tall)))
	return saturated(float64(n) + float64(resized))
}

// encodeBytes returns the memory that the encoder takes, without the picture itself. For an encoder that is not
// a MemoryEstimator it assumes a few copies of the picture, and tables that are smaller for small pictures.
func (p *Plan) encodeBytes() int64 {
	size := p.Size
	if e, ok := ability.Find[processors.MemoryEstimator](p.Encoder); ok {
		return max(e.EncodeMemory(size.X, size.Y), 0)
	}
	const large = 4 << 20 // pixels; beyond this number only per-pixel memory is added
	pixels := 28*min(area(size), large) + 20*max(area(size)-large, 0)
	return pixels + 128*int64(size.X) + encoderTables + min(96*area(size), 5<<19)
}

// encoderTables is the assumed size in bytes of an encoder's tables, for a picture of any size.
const encoderTables = 1 << 20

// fixedBytes is the size in bytes of tables and of rows of a few thousand pixels.
const fixedBytes = 64 << 10
