package webp

import "context"

// A finder finds for each pixel the longest earlier match. It uses hash chains, and hashes of a longer window. In a
// regular image, such as the residuals of a gradient, a chain has so many short matches that the search ends before it
// finds a long one. The window finds the long matches.
type finder struct {
	head   []int32 // last pixel of each chain, plus 1
	pairs  []int32 // last pixel of each pair hash, plus 1
	prev   []int32 // previous pixel in the chain, plus 1
	window pixelWindow
	found  []uint32 // distance << 12 | length - 1, or 0 if there is no match
}

const (
	// farthest is the largest distance that the format can represent: 2^20 minus the number of neighbor codes.
	farthest = maxDistance - 120

	// A match of goodMatch pixels ends the search.
	goodMatch = 128

	maxHeadBits = 16

	// In a run of equal pixels, only the first pixel and the last longRun pixels are hashed. The search extends matches to
	// the left.
	longRun = 32

	// In a run of at least skippedRun pixels, those that are not hashed are skipped.
	skippedRun = longRun + 32

	// fruitless counts recent searches without a long match, up to maxFruitless. If it is at least half of maxFruitless,
	// only a quarter of the chain entries is examined. This speeds up noise.
	maxFruitless = 128

	// hashed is the number of pixels from which a chain hash is computed, outside of runs.
	hashed = 4

	// paired is a bit of an element of found, before the search. It means that the pair hash has found the distance.
	// Otherwise the window has found it.
	paired = 1 << 31
)

// headBits returns the logarithm of the number of chains for an image of n pixels.
func headBits(n int) uint {
	b := uint(8)
	for b < maxHeadBits && n > 1<<b {
		b++
	}
	return b
}

// pairBits returns the logarithm of the number of pair hashes.
func pairBits(n int) uint { return min(headBits(n), 12) }

// find fills f.found. tries is the largest number of chain entries to examine. If long is true, the window is also
// used, which finds long matches.
func (f *finder) find(ctx context.Context, px []uint32, tries int, long bool) error {
	if err := f.link(ctx, px, long); err != nil {
		return err
	}
	return f.search(ctx, px, tries)
}

// link links the chains. It sets each element of f.found to the distance of a match that the window or the pair hash has
// found, or to 0.
//
// Within a run of equal pixels, the hash depends on the number of pixels left and on the pixels after the run.
// Otherwise the chain would contain the run itself, and the search would not reach a match that continues after the
// run.
func (f *finder) link(ctx context.Context, px []uint32, long bool) error {
	n := len(px)
	shift, pairShift := 32-headBits(n)&31, 32-pairBits(n)&31
	w := &f.window
	w.begin(px)
	found, prev := f.found[:n], f.prev[:n]
	runEnd, beyond := 0, uint32(0)
	next := uint32(0) // hash of the pixels i+1 and i+2
	if n > 1 {
		next = hash(px[0], px[1])
	}
	for i, look := 0, 0; i < n; i++ {
		if i >= look {
			if err := ctx.Err(); err != nil {
				return err
			}
			look = i + matchLook
		}
		v, distance := px[i], 0
		if long {
			distance = w.look(px, i)
		}
		found[i], prev[i] = uint32(distance), 0
		if i+hashed > n {
			continue
		}
		pair := next
		next = hash(px[i+1], px[i+2])
		start := i >= runEnd
		if start {
			for runEnd = i + 1; runEnd < n && px[runEnd] == v; runEnd++ {
			}
			beyond = 0
			if runEnd+1 < n {
				beyond = hash(px[runEnd], px[runEnd+1])
			}
		}
		var key uint32
		left := runEnd - i
		switch {
		case left > longRun && !start:
			continue
		case left >= hashed:
			key = hash(v^uint32(left), beyond)
		default:
			key = hash(pair, hash(px[i+2], px[i+3]))
		}
		chain, last := &f.head[key>>shift], &f.pairs[pair>>pairShift]
		c := int(*last) - 1
		prev[i] = *chain
		*chain, *last = int32(i+1), int32(i+1)
		if distance == 0 && c >= 0 && i-c <= farthest {
			found[i] = paired | uint32(i-c)
		}
		if left >= skippedRun {
			to := runEnd - longRun
			clear(found[i+1 : to])
			clear(prev[i+1 : to])
			next = hash(px[to], px[to+1])
			if long {
				w.move(px, to)
			}
			i = to - 1
		}
	}
	return nil
}

// search replaces the distances in f.found by matches, from the last pixel to the first. A match that can be extended
// to the left needs no search: a longer one would have been found for the pixel on the right.
func (f *finder) search(ctx context.Context, px []uint32, tries int) error {
	best, distance := 0, 0
	fruitless := 0 // recent searches without a long match
	for i := len(px) - 1; i >= 0; i-- {
		if i%matchLook == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		candidate := f.found[i]
		if best > 0 && i >= distance && px[i] == px[i-distance] {
			best = min(best+1, maxCopy)
			if candidate < paired && candidate > 0 && int(candidate) != distance && best < maxCopy && i+best < len(px) && px[i+best] == px[i+best-int(candidate)] {
				if n := extend(px, i, int(candidate), 0); n > best {
					best, distance = n, int(candidate)
				}
			}
			f.found[i] = foundAs(best, distance)
			continue
		}
		best, distance = 0, 0
		if d := int(candidate &^ paired); d > 0 {
			best, distance = extend(px, i, d, 0), d
		}
		if best < goodMatch {
			t := tries
			if fruitless > maxFruitless/2 {
				t = (tries + 3) / 4
			}
			best, distance = f.longest(px, i, int(f.prev[i])-1, best, distance, t)
			if best < 2*hashed {
				fruitless = min(fruitless+1, maxFruitless)
			} else {
				fruitless /= 2
			}
		}
		f.found[i] = foundAs(best, distance)
	}
	return nil
}

// foundAs encodes a match of n pixels as an element of found.
func foundAs(n, distance int) uint32 {
	if n == 0 {
		return 0
	}
	return uint32(distance)<<12 | uint32(n-1)
}

func hash(a, b uint32) uint32 {
	a *= 0x9e3779b1
	return (a>>15 ^ a ^ b) * 0xc2b2ae35
}

// matchLook is the number of pixels between checks of ctx.
const matchLook = 1 << 10

// extend returns the length of the match of pixel i at the given distance. The first n pixels are known to match.
func extend(px []uint32, i, distance, n int) int {
	limit := min(maxCopy, len(px)-i)
	a, b := px[i:i+limit], px[i-distance:][:limit]
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n
}

// longest searches a chain for a match longer than best.
func (f *finder) longest(px []uint32, i, candidate, best, distance, tries int) (int, int) {
	limit := min(maxCopy, len(px)-i)
	if best >= limit {
		return best, distance
	}
	here := px[i : i+limit]
	for oldest := i - farthest; candidate >= max(oldest, 0) && tries > 0; tries-- {
		there := px[candidate:][:limit]
		if there[best] == here[best] && there[best/2] == here[best/2] && there[0] == here[0] {
			n := 1
			for n < limit && there[n] == here[n] {
				n++
			}
			if n > best {
				best, distance = n, i-candidate
				if n >= goodMatch || n == limit {
					break
				}
			}
		}
		candidate = int(f.prev[candidate]) - 1
	}
	return best, distance
}
