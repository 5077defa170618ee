package webp

import "context"

// A finder finds for each pixel of an image the longest earlier run of the same pixels, by hash chains, and by hashes of windows:
// a chain is of many short matches where an image is regular, such as what prediction leaves of a gradient, and a search would end
// before it comes to a long one.
type finder struct {
	head    []int32 // of each chain: the last pixel with that hash, plus 1
	pairs   []int32 // the last pixel that with the next one has that hash, plus 1
	prev    []int32 // of each pixel: the one before it in its chain, plus 1
	windows [2]pixelWindow
	found   []uint32 // of each pixel: distance << 12 | length - 1, or 0
}

const (
	// farthest is the largest distance that can be written: 2^20 less the codes of neighbors.
	farthest = maxDistance - 120

	// goodMatch is the length from which on no longer one is looked for, and longMatch that of one which goes on.
	goodMatch = 128
	longMatch = 64

	// fairMatch is the length from which on it is looked for in an eighth of the places.
	fairMatch = 16

	maxHeadBits = 16

	// Of a run, pixels with more than longRun to come are looked for and found at its start, and where that is a multiple of
	// runStep.
	longRun = 32
	runStep = 8

	// maxFruitless is how many searches that found next to nothing are remembered: after half of it a quarter of the places
	// is enough, as in noise.
	maxFruitless = 128

	// hashed is how many pixels the chains are of that are no runs.
	hashed = 4
)

// headBits is for the number of chains of an image of n pixels.
func headBits(n int) uint {
	b := uint(8)
	for b < maxHeadBits && n > 1<<b {
		b++
	}
	return b
}

// pairBits is for the number of pairs.
func pairBits(n int) uint { return min(headBits(n), 12) }

// find fills f.found. tries bounds how many pixels of a chain are compared.
//
// Within a run of one color, chains are of places where as much of such a run is left: otherwise a
// chain would be of the run itself, and the match that goes on beyond it never be seen.
func (f *finder) find(ctx context.Context, px []uint32, width, tries int) error {
	n := len(px)
	shift := 32 - headBits(n)
	runEnd, last, beyond := 0, uint32(0), uint32(0)
	fruitless := 0 // searches lately that found no long match
	for k := range f.windows {
		f.windows[k].begin(px, windowSizes[k])
	}
	for i := range px {
		if i%matchLook == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		start := i >= runEnd
		if start {
			for runEnd = i + 1; runEnd < n && px[runEnd] == px[i]; runEnd++ {
			}
			beyond = 0
			if runEnd+1 < n {
				beyond = hash(px[runEnd], px[runEnd+1])
			}
		}
		best, distance := 0, 0
		if last != 0 { // the match of the pixel before, less that one
			if best, distance = int(last&0xfff), int(last>>12); best > 0 || px[i] == px[i-distance] {
				best = extend(px, i, distance, best)
			}
		}
		for k := range f.windows {
			best, distance = f.windows[k].look(px, i, best, distance)
		}
		var key uint32
		if left := runEnd - i; left > longRun && left%runStep != 0 && !start {
			last = foundAs(best, distance)
			f.found[i] = last
			continue
		} else if left >= hashed {
			key = hash(hash(px[i], uint32(left)), beyond)
		} else if i+hashed <= n {
			key = hash(hash(px[i], px[i+1]), hash(px[i+2], px[i+3]))
		}
		slot := key >> shift
		candidate := int(f.head[slot]) - 1
		f.prev[i], f.head[slot] = int32(candidate+1), int32(i+1)
		best, distance = f.pair(px, i, best, distance)
		if best < longMatch {
			t := tries
			switch {
			case best >= fairMatch:
				t = (tries + 7) / 8
			case fruitless > maxFruitless/2:
				t = (tries + 3) / 4
			}
			best, distance = f.longest(px, i, candidate, best, distance, t)
			if best < 2*hashed {
				fruitless = min(fruitless+1, maxFruitless)
			} else {
				fruitless /= 2
			}
		}
		last = foundAs(best, distance)
		f.found[i] = last
	}
	return nil
}

// foundAs returns a match as found has it.
func foundAs(n, distance int) uint32 {
	if n == 0 {
		return 0
	}
	return uint32(distance)<<12 | uint32(n-1)
}

// pair looks at the last place where two pixels had the hash of these, unless a match of hashed pixels is known.
func (f *finder) pair(px []uint32, i, best, distance int) (int, int) {
	if i+1 >= len(px) {
		return best, distance
	}
	last := &f.pairs[hash(px[i], px[i+1])>>(32-pairBits(len(px)))]
	if c := int(*last) - 1; best < hashed && c >= 0 && i-c <= farthest && px[c] == px[i] {
		if n := extend(px, i, i-c, 1); n > best {
			best, distance = n, i-c
		}
	}
	*last = int32(i + 1)
	return best, distance
}

func hash(a, b uint32) uint32 {
	a *= 0x9e3779b1
	return (a>>15 ^ a ^ b) * 0xc2b2ae35
}

// matchLook is after how many pixels ctx is looked at.
const matchLook = 1 << 10

// extend returns the length of the match at that distance, of which n pixels are known to be equal.
func extend(px []uint32, i, distance, n int) int {
	limit := min(maxCopy, len(px)-i)
	a, b := px[i:i+limit], px[i-distance:][:limit]
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n
}

// longest goes through a chain for a match that is longer than best.
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
