package processors

import (
	"errors"
	"image/color"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// A recipe says how frames become indices.
type recipe struct {
	loss    int           // see gif.Encoder
	coarser float64       // how much larger the errors of a palette of flat art may be; 0: no larger
	colors  []color.NRGBA // the palette, or nil
}

// A trial is the animation by a recipe.
type trial struct {
	recipe
	bytes int
	error float64 // see frameErrors
	worst float64 // mean squared error of a frame
	out   *gif.Encoder
}

// losses are those that are tried.
var losses = []int{0, 100, 400, 1200, 3000, 8000}

// decide chooses the recipe for an animation of few colors that is scaled. Its original has no colors in between, but
// the thumbnail has them along all edges, and would often be larger than its size tells. It may have about as many bytes as it
// would have in the colors of the original alone. Of the recipes that reach that, the one with the least errors is taken. If drawn, the
// frames are in g.out.
func (g *gifWriter) decide(last bool) (drawn bool, err error) {
	if !g.moving || !g.scaled || g.asked || g.colors == nil || !last {
		return false, nil
	}
	colors := g.colors()
	n := int64(len(g.held)) * area(g.held[0].Image.Rect.Size())
	if len(colors) == 0 || len(colors) > 255 || n > maxTried {
		return false, nil
	}
	t := trials{g: g}
	defer func() { g.give(t.taken) }()
	if err := t.all(colors); err != nil {
		if errors.Is(err, codec.ErrTooLarge) {
			return false, nil
		}
		return false, err
	}
	g.out.Close()
	g.out = t.best().out
	return true, nil
}

// maxTried bounds the pixels of an animation that is encoded in several ways.
const maxTried = 3 << 20

// trials look for the best recipe.
type trials struct {
	g              *gifWriter
	budget, larger int    // bytes
	most           int    // bytes that the animation may have where frames would not be close otherwise
	taken          int64  // bytes of the account for these trials, as they are packed; what a trial has before is g's
	good, better   *trial // with the fewest errors, within the budget and within the larger one
	close          *trial // with the fewest bytes of those whose frames are all close to what they should be
}

// all tries recipes.
func (t *trials) all(colors []color.NRGBA) error {
	usual, err := t.try(recipe{})
	if err != nil {
		return err
	}
	plain, err := t.try(recipe{colors: colors})
	if err != nil {
		return err
	}
	t.setBudgets(plain.bytes, len(colors))
	if err := t.keep(usual); err != nil {
		return err
	}
	if usual.bytes <= t.budget {
		return t.finer()
	}
	if err := t.keep(plain); err != nil {
		return err
	}
	if err := t.tryAndKeep(recipe{coarser: 1.5}); err != nil {
		return err
	}
	for _, r := range []recipe{{colors: colors}, {coarser: 2}, {}} {
		low, high := 0, len(losses) // of those losses the first one that is enough
		for low < high {
			middle := (low + high) / 2
			r.loss = losses[middle]
			made, err := t.try(r)
			if err != nil {
				return err
			}
			if made.bytes <= t.budget {
				high = middle
			} else {
				low = middle + 1
			}
			if err := t.keep(made); err != nil {
				return err
			}
		}
	}
	return nil
}

// finer tries palettes of more colors, where there is room for them.
func (t *trials) finer() error {
	err := t.tryAndKeep(recipe{coarser: 0.75})
	if err == nil {
		err = t.tryAndKeep(recipe{coarser: 0.5})
	}
	return err
}

func (t *trials) tryAndKeep(r recipe) error {
	made, err := t.try(r)
	if err == nil {
		err = t.keep(made)
	}
	return err
}

// setBudgets says how many bytes the animation may have, which has so many in the original's colors. Of flat art it may
// have fewer, as programs that know no other colors leave out lines, too, and as bytes grow less than pixels do.
func (t *trials) setBudgets(plain, colors int) {
	o := t.g.original
	share := float64(area(t.g.held[0].Image.Rect.Size())) / float64(max(area(o.Size), 1))
	scaled := int(float64(o.Bytes) * math.Pow(share, 0.65))
	t.most = plain * 28 / 25
	switch {
	case colors > manyColors && (o.Bytes == 0 || scaled > plain):
		t.budget, t.larger = plain, plain
	case o.Bytes == 0:
		t.budget, t.larger = plain*7/10, plain*4/5
	default:
		t.budget = max(plain*18/25, min(plain*17/20, scaled))
		t.larger = max(scaled, min(plain, max(plain*3/4, scaled*5/4)))
	}
}

// manyColors are more than flat art has.
const manyColors = 96

// keep keeps a trial if it is the best so far.
func (t *trials) keep(made *trial) error {
	if made.betterThan(t.good, t.budget) {
		t.good = made
	}
	if made.betterThan(t.better, t.larger) {
		t.better = made
	}
	if made.worst <= closeEnough && (t.close == nil || made.bytes < t.close.bytes) {
		t.close = made
	}
	n := int64(t.good.bytes + t.better.bytes)
	if t.close != nil {
		n += int64(t.close.bytes)
	}
	if n > t.taken {
		if err := t.g.take(n - t.taken); err != nil {
			return err
		}
	} else {
		t.g.give(t.taken - n)
	}
	t.taken = n
	return nil
}

// betterThan reports whether a trial has fewer errors than another, or fewer bytes if either exceeds the budget.
func (made *trial) betterThan(other *trial, budget int) bool {
	if other == nil || made.bytes > budget || other.bytes > budget {
		return other == nil || made.bytes < other.bytes
	}
	return made.error < other.error
}

// best returns the trial to be used.
func (t *trials) best() *trial {
	switch {
	case t.good.worst <= closeEnough && t.good.error <= acceptable:
		return t.good
	case t.better.worst <= closeEnough:
		return t.better
	case t.close != nil && t.close.bytes <= t.most:
		return t.close
	case t.good.error > acceptable && t.good.error > 1.5*t.better.error:
		return t.better
	}
	return t.good
}

const (
	acceptable  = 0.5 // an error at which the SSIMULACRA 2 score is about 70
	closeEnough = 100 // a mean squared error, of 28 dB
)

// try encodes by a recipe.
func (t *trials) try(r recipe) (made *trial, err error) {
	g := *t.g
	g.painter, g.clock, g.recipe = painter{}, clock{}, r
	made = &trial{recipe: r}
	if made.out, err = gif.NewEncoder(g.ctx, g.held[0].Image.Rect.Size()); err != nil {
		return nil, err
	}
	seen := newErrors(g.held)
	made.out.Loss, made.out.Watch = r.loss, seen.add
	err = g.paintAll(made.out, g.held)
	if err == nil {
		var n counter
		err = made.out.Write(&n, 0)
		made.bytes = int(n)
	}
	g.give(g.taken - t.g.taken)
	made.out.Close()
	if err != nil {
		return nil, err
	}
	made.error, made.worst = seen.mean(), seen.worst
	return made, nil
}

// A counter counts the bytes that are written.
type counter int

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
