package processors

import (
	"errors"
	"image/color"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// A recipe has the parameters for reducing frames to palette indices.
type recipe struct {
	loss    int           // see gif.Encoder
	coarser float64       // factor by which the error of a palette of flat art may be larger; 0 means 1
	colors  []color.NRGBA // the palette, or nil
}

// A trial is the animation, encoded by a recipe.
type trial struct {
	recipe
	bytes       int
	degradation degradation // compared with the unreduced frames
	out         *gif.Encoder
}

// decide chooses the recipe for a scaled animation of few colors. The original has no intermediate colors,
// but the thumbnail has them along all edges, so it is often larger than its size suggests. Therefore
// decide tries a few recipes with smaller results. It uses one only if the result looks hardly worse than
// the plain encoding, because sharp art, such as black text, needs all of its colors. If drawn is true, the
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
	g.out = t.best.out
	return true, nil
}

// maxTried limits the total pixels of an animation that is encoded in several ways.
const maxTried = 3 << 20

// trials searches for the best recipe, in at most five trials.
type trials struct {
	g           *gifWriter
	budget      int    // bytes; a smaller trial leaves room for more colors
	taken       int64  // bytes of the account for the best trial, which is kept in packed form; g has taken the rest
	usual, best *trial // the plain encoding, and the best of those that look like it
}

// all tries recipes, the most promising first, until the result is within the budget.
func (t *trials) all(colors []color.NRGBA) error {
	var err error
	if t.usual, err = t.try(recipe{}); err != nil {
		return err
	}
	plain, err := t.try(recipe{colors: colors})
	if err != nil {
		return err
	}
	t.setBudgets(plain.bytes, len(colors))
	if err := t.keep(t.usual); err != nil {
		return err
	}
	if t.usual.bytes <= t.budget {
		return t.finer()
	}
	if err := t.keep(plain); err != nil || t.best.bytes <= t.budget {
		return err
	}
	fewer, err := t.tryAndKeep(recipe{coarser: 1.5})
	if err != nil || t.best.bytes <= t.budget {
		return err
	}
	next := []recipe{{coarser: 2, loss: 1200}}
	switch {
	case !t.close(fewer) || fewer.bytes == t.usual.bytes && !t.close(plain):
		next = []recipe{{loss: 1200}}
	case fewer.bytes == t.usual.bytes: // fewer colors do not make it smaller
		next = []recipe{{colors: colors, loss: 100}, {colors: colors, loss: 400}}
	}
	for _, r := range next {
		if _, err := t.tryAndKeep(r); err != nil || t.best.bytes <= t.budget {
			return err
		}
	}
	return nil
}

// finer tries palettes of more colors, if the budget has room for them.
func (t *trials) finer() error {
	_, err := t.tryAndKeep(recipe{coarser: 0.75})
	if err == nil {
		_, err = t.tryAndKeep(recipe{coarser: 0.5})
	}
	return err
}

func (t *trials) tryAndKeep(r recipe) (*trial, error) {
	made, err := t.try(r)
	if err == nil {
		err = t.keep(made)
	}
	return made, err
}

// setBudgets sets the budgets from the size in bytes of the animation in the original's colors. The budget
// of flat art is smaller, because its file grows more slowly than its number of pixels.
func (t *trials) setBudgets(plain, colors int) {
	o := t.g.original
	share := float64(area(t.g.held[0].Image.Rect.Size())) / float64(max(area(o.Size), 1))
	scaled := int(float64(o.Bytes) * math.Pow(share, 0.65))
	switch {
	case colors > manyColors && (o.Bytes == 0 || scaled > plain):
		t.budget = plain
	case o.Bytes == 0:
		t.budget = plain * 7 / 10
	default:
		t.budget = max(plain*18/25, min(plain*17/20, scaled))
	}
}

// manyColors is more than flat art has.
const manyColors = 96

// keep keeps a trial if it is the best so far.
func (t *trials) keep(made *trial) error {
	if made != t.usual && !made.betterThan(t.best, t) {
		return nil
	}
	n := int64(made.bytes)
	if n > t.taken {
		if err := t.g.take(n - t.taken); err != nil {
			return err
		}
	} else {
		t.g.give(t.taken - n)
	}
	t.best, t.taken = made, n
	return nil
}

// betterThan reports whether a trial is better than another that also looks acceptable. Among trials within
// the budget, the one that looks best is better; otherwise the smaller one.
func (made *trial) betterThan(other *trial, t *trials) bool {
	switch {
	case !t.close(made):
		return false
	case made.bytes > t.budget || other.bytes > t.budget:
		return made.bytes < other.bytes
	}
	return made.degradation.sum() < other.degradation.sum()
}

// close reports whether a trial looks hardly worse than the plain encoding. If the plain encoding is larger
// than the original, which is to be avoided, it may look somewhat worse.
func (t *trials) close(made *trial) bool {
	most := float64(acceptable)
	if o := t.g.original.Bytes; o > 0 && int64(t.usual.bytes) > int64(o) {
		most = endurable
	}
	return made.degradation.beyond(t.usual.degradation) <= most
}

// acceptable is the loss that is accepted, in approximate points of SSIMULACRA 2.
const acceptable = 7

// endurable is the loss that is accepted if the plain encoding is larger than the original.
const endurable = 38

// try encodes by a recipe.
func (t *trials) try(r recipe) (made *trial, err error) {
	g := *t.g
	g.painter, g.clock, g.recipe = painter{}, clock{}, r
	made = &trial{recipe: r}
	if made.out, err = gif.NewEncoder(g.ctx, g.held[0].Image.Rect.Size()); err != nil {
		return nil, err
	}
	picture := planesBytes(area(g.held[0].Image.Rect.Size()))
	if err := g.take(picture); err != nil {
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
	made.degradation = seen.degradation()
	return made, nil
}

// A counter counts the bytes that are written.
type counter int

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
