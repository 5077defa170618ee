package webp

import "math/bits"

// A lengthToken is a symbol of the code length code, with its extra bits.
type lengthToken struct{ symbol, extra uint8 }

// lengthTokens appends the tokens for the lengths, without the zeros at the end.
func lengthTokens(dst []lengthToken, length []uint8) []lengthToken {
	for len(length) > 0 && length[len(length)-1] == 0 {
		length = length[:len(length)-1]
	}
	last := uint8(8)
	for i := 0; i < len(length); {
		n := length[i]
		run := 1
		for i+run < len(length) && length[i+run] == n {
			run++
		}
		i += run
		if n == 0 {
			dst = zeroTokens(dst, run)
			continue
		}
		if n != last {
			dst = append(dst, lengthToken{n, 0})
			last = n
			run--
		}
		for run > 0 {
			if run < 3 {
				dst = append(dst, lengthToken{n, 0})
				run--
				continue
			}
			k := min(run, 6)
			if run == 7 || run == 8 { // two repeat symbols take fewer bits than one repeat symbol and single lengths
				k = run - 3
				k = min(k, 5)
			}
			dst = append(dst, lengthToken{repeatLast, uint8(k - 3)})
			run -= k
		}
	}
	return dst
}

func zeroTokens(dst []lengthToken, run int) []lengthToken {
	for run > 0 {
		switch {
		case run < 3:
			dst = append(dst, lengthToken{0, 0})
			run--
		case run <= 10:
			dst = append(dst, lengthToken{repeatZero, uint8(run - 3)})
			run = 0
		default:
			k := min(run, 138)
			dst = append(dst, lengthToken{repeatZeros, uint8(k - 11)})
			run -= k
		}
	}
	return dst
}

var lengthExtra = [19]uint8{repeatLast: 2, repeatZero: 3, repeatZeros: 7}

// A codeText is the description of a prefix code in the file (RFC 9649, 6.2.1).
type codeText struct {
	tokens  []lengthToken
	length  [19]uint8 // of the codes of the tokens
	kinds   int       // number of different tokens
	listed  int       // number of lengths in the file
	trimmed bool      // the number of tokens is in the file, because all later lengths are 0
	bits    int64     // size
}

// describe returns the shortest description of the code with these lengths. The tokens are appended to scratch.
func (m *codeMaker) describe(scratch []lengthToken, length []uint8) codeText {
	tokens := lengthTokens(scratch, length)
	used := len(length)
	for used > 0 && length[used-1] == 0 {
		used--
	}
	all := m.text(zeroTokens(tokens, len(length)-used))
	text := m.text(tokens)
	text.trimmed = true
	text.bits += 3 + int64(tokenCountBits(len(tokens)))
	if all.bits < text.bits {
		return all
	}
	return text
}

// text returns the description of a code by tokens.
func (m *codeMaker) text(tokens []lengthToken) codeText {
	t := codeText{tokens: tokens, listed: len(lengthOrder)}
	var histogram [19]uint32
	for _, token := range tokens {
		histogram[token.symbol]++
	}
	t.kinds = m.lengths(histogram[:], 7, t.length[:])
	for t.listed > 4 && t.length[lengthOrder[t.listed-1]] == 0 {
		t.listed--
	}
	t.bits = int64(4 + 3*t.listed + 1)
	for s, n := range histogram {
		each := lengthExtra[s]
		if t.kinds > 1 { // a single symbol takes no bits
			each += t.length[s]
		}
		t.bits += int64(n) * int64(each)
	}
	return t
}

// put writes the description.
func (t *codeText) put(w *bitSink) {
	var codes [19]uint16
	book := codeBook{bits: codes[:], length: t.length[:]}
	book.canonical()
	w.put(uint32(t.listed-4), 4)
	for _, s := range lengthOrder[:t.listed] {
		w.put(uint32(t.length[s]), 3)
	}
	if t.kinds == 1 {
		book.single()
	}
	if t.trimmed {
		n := tokenCountBits(len(t.tokens))
		w.put(1, 1)
		w.put(uint32(n-2)/2, 3)
		w.put(uint32(max(len(t.tokens), 2)-2), n)
	} else {
		w.put(0, 1)
	}
	for _, token := range t.tokens {
		w.symbol(&book, int(token.symbol))
		w.put(uint32(token.extra), uint(lengthExtra[token.symbol]))
	}
}

// tokenCountBits returns the number of bits of the number of tokens.
func tokenCountBits(tokens int) uint {
	return max(uint(bits.Len32(uint32(max(tokens, 2)-2))+1)&^1, 2)
}
