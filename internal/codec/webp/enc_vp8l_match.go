package webp

import "context"

// A finder finds for each pixel the longest earlier match. It uses hash chains, and hashes of longer windows. In a
// regular image, such as the residuals of a gradient, a chain has so many short matches that the search ends before it
// finds a long one. The windows find the long matches.
type finder struct {
	head    []int32 // last pixel of each chain, plus 1
	pairs   []int32 // last pixel of each pair hash, plus 1
	prev    []int32 // previous pixel in the chain, plus 1
	windows [2]pixelWindow
	found   []uint32 // distance << 12 | length - 1, or 0 if there is no match
}

const (
	// farthest is the largest distance that the format can represent: 2^20 less the number of neighbor codes.
	farthest = maxDistance - 120

	// A match of goodMatch pixels ends the search. If the previous match continues for longMatch pixels, there is no
	// search.
	goodMatch = 128
	longMatch = 64

	// If the previous match continues for fairMatch pixels, an eighth of the chain entries is examined.
	fairMatch = 16

	maxHeadBits = 16

	// In a run of equal pixels with more than longRun pixels left, only the first pixel and every runStep-th pixel are
	// hashed.
	longRun = 32
	runStep = 8

	// fruitless counts recent searches without a long match, up to maxFruitless. From half of it on a quarter of the
	// chain entries is examined. This speeds up noise.
	maxFruitless = 128

	// hashed is the number of pixels in a chain hash, outside of runs.
	hashed = 4
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

// find fills f.found. tries is the largest number of chain entries to examine.
// long adds the search for long matches by windows.
//
// Within a run of equal pixels, the hash depends on the number of pixels left and on the pixels after the run.
// Otherwise the chain would contain the run itself, and the search would not reach a match that continues after the
// run.
func (f *finder) find(ctx context.Context, px []uint32, width, tries int, long bool) error {
	n := len(px)
	shift := 32 - headBits(n)
	runEnd, last, beyond := 0, uint32(0), uint32(0)
	fruitless := 0 // recent searches without a long match
	windows := f.windows[:0]
	if long {
		windows = f.windows[:]
	}
	for k := range windows {
		windows[k].begin(px, windowSizes[k])
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
		if last != 0 { // continue the match of the previous pixel
			if best, distance = int(last&0xfff), int(last>>12); best > 0 || px[i] == px[i-distance] {
				best = extend(px, i, distance, best)
			}
		}
		for k := range windows {
			best, distance = windows[k].look(px, i, best, distance)
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

// foundAs returns a match in the format of found.
func foundAs(n, distance int) uint32 {
	if n == 0 {
		return 0
	}
	return uint32(distance)<<12 | uint32(n-1)
}

// pair examines the last pixel with the same pair hash, if no match of at least 4 pixels (the constant hashed) is known.
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

// matchLook is the number of pixels between checks of ctx.
const matchLook = 1 << 10

// extend returns the length of the match at that distance. The first n pixels are known to match.
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
