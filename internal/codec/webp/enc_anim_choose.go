package webp

import "image"

// A trial holds the sizes of a frame that was compressed both with and without loss. Later frames use only the better
// way for a while.
type trial struct {
	lossless, lossy int // bytes
	left            int // number of frames before the next trial
}

// trialFrames is the number of frames that follow a clear result without another trial.
const trialFrames = 4

// clear reports whether one result was less than half the size of the other, and which Compression gave it.
func (t *trial) clear() (Compression, bool) {
	switch {
	case t.left == 0:
	case 2*t.lossless < t.lossy:
		return Lossless, true
	case 2*t.lossy < t.lossless:
		return Lossy, true
	}
	return Automatic, false
}

// After keyEvery frames the encoder tries a whole frame. After keyAtLast frames it writes one, whatever its size.
const (
	keyEvery  = 32
	keyAtLast = 128

	// A whole frame is written if its size is less than this many times the size of the partial frame.
	keyWorth = 1.02
	keyLate  = 1.3 // keyWorth after keyEvery frames
)

// smallest compresses a frame in several ways and returns the smallest result. It may set the disposal of the previous
// frame.
func (a *AnimationEncoder) smallest(img *image.NRGBA) (best motion, err error) {
	if a.last == nil {
		r := visibleRect(img)
		if r.Empty() {
			r = image.Rect(0, 0, 1, 1)
		}
		a.sinceKey = 0
		return a.whole(img, r)
	}
	a.sinceKey++
	keep := newSketch(img, a.last, image.Rectangle{})
	if best, err = a.partial(keep); err != nil {
		return best, err
	}
	dispose := false
	before := &a.frames[len(a.frames)-1]
	if !keep.solid { // pixels have become transparent or translucent
		drop := newSketch(img, a.last, before.rect())
		other, err := a.partial(drop)
		if err != nil {
			best.release(a.ctx)
			return best, err
		}
		dispose = a.better(&best, &other, 1)
	}
	if covered := area(keep.rect.Size()); 2*covered > area(a.size) || a.sinceKey >= keyEvery {
		worth := keyWorth
		if a.sinceKey >= keyEvery {
			worth = keyLate
		}
		if a.sinceKey >= keyAtLast {
			worth = 1 << 20
		}
		if keep.rect.Size() == a.size && !best.blend && !dispose {
			a.sinceKey = 0
		} else {
			key, err := a.whole(img, img.Rect)
			if err != nil {
				best.release(a.ctx)
				return best, err
			}
			if a.better(&best, &key, worth) {
				a.sinceKey, dispose = 0, false
			}
		}
	}
	before.dispose = dispose
	return best, nil
}

// better replaces best by other if the size of other is less than the size of best multiplied by worth, and reports
// whether it did. It releases the frame that is not kept.
func (a *AnimationEncoder) better(best, other *motion, worth float64) bool {
	if float64(other.bytes()) < worth*float64(best.bytes()) {
		best.release(a.ctx)
		*best = *other
		return true
	}
	other.release(a.ctx)
	return false
}

// whole compresses a rectangle that replaces the pixels of the canvas.
func (a *AnimationEncoder) whole(img *image.NRGBA, r image.Rectangle) (motion, error) {
	f, err := a.compress(part(img, r), nil)
	return motion{codedFrame: f, at: r.Min}, err
}

// partial compresses the changed rectangle. If unchanged pixels can be made transparent, and that may save bytes, it
// also tries that.
func (a *AnimationEncoder) partial(s *sketch) (motion, error) {
	n := s.rect.Dx() * s.rect.Dy()
	if !s.solid || 32*s.same < n {
		return a.whole(s.img, s.rect)
	}
	f, err := a.compress(part(s.img, s.rect), nil)
	if err != nil {
		return motion{}, err
	}
	best := motion{codedFrame: f, at: s.rect.Min}
	if err := takeAll(a.ctx, 4*int64(n)); err != nil {
		best.release(a.ctx)
		return best, err
	}
	defer giveAll(a.ctx, 4*int64(n))
	f, err = a.compress(s.masked(false), s)
	if err != nil {
		best.release(a.ctx)
		return best, err
	}
	a.better(&best, &motion{codedFrame: f, at: s.rect.Min, blend: true}, 1)
	return best, nil
}

// compress compresses an image with the given options. Automatic means that both ways are tried. For a lossy frame
// with transparent unchanged pixels, only whole 8×8 blocks are made transparent.
func (a *AnimationEncoder) compress(img *image.NRGBA, s *sketch) (f codedFrame, err error) {
	c := a.options.Compression
	if c == Automatic {
		if known, ok := a.trial.clear(); ok {
			c = known
		}
	}
	var lossless, lossy *codedFrame
	if c != Lossy {
		lossless = &codedFrame{size: img.Rect.Size(), lossless: true}
		if lossless.image, err = encodeVP8L(a.ctx, img, vp8lOptions{effort: a.options.Effort, exact: false}); err != nil || c == Lossless {
			a.trial.left = max(a.trial.left-1, 0)
			return *lossless, err
		}
	}
	if s != nil {
		img = s.masked(true)
	}
	if lossy, err = encodeLossyFrame(a.ctx, img, img, a.options); err != nil {
		if lossless != nil {
			lossless.release(a.ctx)
		}
		return f, err
	}
	if lossless == nil {
		a.trial.left = max(a.trial.left-1, 0)
		return *lossy, nil
	}
	a.trial = trial{lossless.bytes(), lossy.bytes(), trialFrames}
	if lossless.bytes() <= lossy.bytes() {
		lossy.release(a.ctx)
		return *lossless, nil
	}
	lossless.release(a.ctx)
	return *lossy, nil
}
