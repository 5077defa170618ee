package webp

// shorter returns the description of a code whose lengths form longer runs, if that description and the symbols take fewer bits
// together. It then sets length to the lengths of that code. Otherwise it returns text, which is the description of length.
func (m *codeMaker) shorter(text codeText, scratch []lengthToken, counts []uint32, length []uint8) codeText {
	even, other := m.even[:len(counts)], m.other[:len(counts)]
	before := symbolBits(counts, length)
	if text.bits < before/leastText || !evenOut(even, counts) {
		return text
	}
	m.lengths(even, maxLength, other)
	t := m.describe(scratch, other)
	if t.bits+symbolBits(counts, other) >= text.bits+before {
		return text
	}
	copy(length, other)
	return t
}

// leastText is the least share of the symbols' bits that a description must have for a shorter one to be worth a try, as a divisor.
const leastText = 32

// symbolBits returns the number of bits of all symbols.
func symbolBits(counts []uint32, length []uint8) (bits int64) {
	for s, n := range counts {
		bits += int64(n) * int64(length[s])
	}
	return bits
}

// leastEven is the least number of counts that are replaced by their mean.
const leastEven = 4

// evenOut copies counts to even, but replaces the counts of consecutive symbols by their mean if they are about equal. It reports
// whether that changes a count.
func evenOut(even, counts []uint32) (changed bool) {
	copy(even, counts)
	for from := 0; from < len(counts); {
		sum, to := counts[from], from+1
		for to < len(counts) && nearMean(counts[to], sum, uint32(to-from)) {
			sum += counts[to]
			to++
		}
		if n := uint32(to - from); n >= leastEven && sum > 0 {
			mean := max((sum+n/2)/n, 1)
			for s := from; s < to; s++ {
				changed = changed || even[s] != mean
				even[s] = mean
			}
		}
		from = to
	}
	return changed
}

// nearMean reports whether a count is near the mean of n counts with the given sum: whether the square of their difference is at
// most three times the mean plus 1. The mean then costs such a symbol about two bits in total.
func nearMean(count, sum, n uint32) bool {
	d := float64(int64(count)*int64(n) - int64(sum))
	return d*d <= 3*float64(n)*float64(sum+n)
}
