package webp

import "image"

// A trial remembers how the last frame came out that was compressed with loss and without, so that not all are.
type trial struct {
	lossless, lossy int // bytes
	left            int // frames that need no other trial
}

// trialFrames is how many frames a clear result is good for.
const trialFrames = 4

// clear reports whether one of both was much smaller, and which.
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

// Every so many frames a whole one is considered, and at last written whatever it takes.
const (
	keyEvery  = 32
	keyAtLast = 128

	// A whole frame that takes no more than this of a partial one is written.
	keyWorth = 1.02
	keyLate  = 1.3 // after keyEvery
)

// smallest compresses a frame in the ways that may be the smallest, and returns the one that is. It may make the
// frame before it be disposed of.
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
	if !keep.solid { // pixels have become transparent, or are translucent
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

// better takes other for best, if it has fewer bytes than worth times those, and drops one of both.
func (a *AnimationEncoder) better(best, other *motion, worth float64) bool {
	if float64(other.bytes()) < worth*float64(best.bytes()) {
		best.release(a.ctx)
		*best = *other
		return true
	}
	other.release(a.ctx)
	return false
}

// whole compresses a rectangle that replaces what is there.
func (a *AnimationEncoder) whole(img *image.NRGBA, r image.Rectangle) (motion, error) {
	f, err := a.compress(part(img, r), nil)
	return motion{codedFrame: f, at: r.Min}, err
}

// partial compresses what has changed: as it is, and, where that is possible and may pay, with transparent pixels
// that leave those of before.
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

// compress compresses an image as the options say. Automatically the smaller one of both is taken. Where the image is
// that of a sketch, with transparent pixels, a lossy one has them in whole blocks only.
func (a *AnimationEncoder) compress(img *image.NRGBA, s *sketch) (f codedFrame, err error) {
	c := a.o.Compression
	if c == Automatic {
		if known, ok := a.trial.clear(); ok {
			c = known
		}
	}
	var lossless, lossy *codedFrame
	if c != Lossy {
		lossless = &codedFrame{size: img.Rect.Size(), lossless: true}
		if lossless.image, err = encodeVP8L(a.ctx, img, vp8lOptions{effort: a.o.Effort, exact: false}); err != nil || c == Lossless {
			a.trial.left = max(a.trial.left-1, 0)
			return *lossless, err
		}
	}
	if s != nil {
		img = s.masked(true)
	}
	if lossy, err = encodeLossyFrame(a.ctx, img, img, a.o); err != nil {
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
