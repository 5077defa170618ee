package webp

import (
	"math"
	"math/bits"
)

// A symbol of any of the five alphabets has a number here, in the order of their codes in the file:
// those of green, with lengths and the color cache, red, blue, alpha, distances.
type alphabets struct{ red, blue, alpha, distance, end int }

func newAlphabets(cacheBits uint) (a alphabets) {
	a.red = greenSymbols
	if cacheBits > 0 {
		a.red += 1 << cacheBits
	}
	a.blue = a.red + literalSymbols
	a.alpha = a.blue + literalSymbols
	a.distance = a.alpha + literalSymbols
	a.end = a.distance + distanceSymbols
	return a
}

// maxAlphabets is the largest number of symbols.
const maxAlphabets = maxSymbols + 3*literalSymbols + distanceSymbols

// each calls do with the bounds of each alphabet.
func (a alphabets) each(do func(from, to int)) {
	do(0, a.red)
	do(a.red, a.blue)
	do(a.blue, a.alpha)
	do(a.alpha, a.distance)
	do(a.distance, a.end)
}

// prefix returns the symbol for a length or distance, and how many extra bits follow (RFC 9649, 5.2.2).
func prefix(v int) (symbol int, extra uint) {
	if v <= 4 {
		return v - 1, 0
	}
	v--
	top := uint(log2Floor(uint32(v)))
	return int(2*top) + v>>(top-1)&1, top - 1
}

// extraBits returns how many bits follow a symbol of a length or distance.
func extraBits(symbol int) uint { return uint(max(symbol-2, 0)) >> 1 }

// A price is a number of bits, in 1/256.
type price int32

const bit price = 256

// prices are what symbols cost, and lengths and distances with their extra bits.
type prices struct {
	alphabets
	of      [maxAlphabets]price
	length  [maxCopy + 1]price
	segment []int // of lengths that cost the same: where each one ends
}

// set computes prices of what has been counted, of lengths up to the longest. What has not been counted costs a bit more
// than what was once.
func (p *prices) set(a alphabets, counts []uint32, longest int) {
	p.alphabets = a
	a.each(func(from, to int) { setPrices(p.of[from:to], counts[from:to]) })
	p.segment = p.segment[:0]
	for n := 1; n <= longest; n++ {
		symbol, extra := prefix(n)
		p.length[n] = p.of[256+symbol] + price(extra)*bit
		if n > 1 && p.length[n] != p.length[n-1] {
			p.segment = append(p.segment, n-1)
		}
	}
	p.segment = append(p.segment, longest)
}

func setPrices(prices []price, counts []uint32) {
	total, kinds := uint32(0), 0
	for _, n := range counts {
		total += n
		if n > 0 {
			kinds++
		}
	}
	var none price
	if kinds > 1 || total == 0 {
		none = log2Price(max(total, 4)) + bit
	} else {
		none = log2Price(total+2) + bit
	}
	all := log2Price(total)
	for i, n := range counts {
		prices[i] = none
		if n > 0 {
			prices[i] = all - log2Price(n)
			if kinds > 1 {
				prices[i] = max(prices[i], bit)
			}
		}
	}
}

func (p *prices) literal(v uint32) price {
	return p.of[v>>8&0xff] + p.of[p.red+int(v>>16&0xff)] + p.of[p.blue+int(v&0xff)] + p.of[p.alpha+int(v>>24)]
}

// distanceCode prices a distance by its code.
func (p *prices) distanceCode(code int) price {
	symbol, extra := prefix(code)
	return p.of[p.distance+symbol] + price(extra)*bit
}

func log2Floor(v uint32) int { return 31 - bits.LeadingZeros32(v) }

// log2Price is the binary logarithm of a positive number.
func log2Price(v uint32) price {
	top := log2Floor(v)
	f := v << (31 - top) >> 21 & 0x3ff // the next ten bits
	return price(top)*bit + price(logTable[f])
}

// logTable has the logarithms of the numbers from 1 to 2.
var logTable = func() (t [1024]uint16) {
	for i := range t {
		t[i] = uint16(math.Round(256 * math.Log2(1+float64((float64(i)+0.5)/1024))))
	}
	return t
}()

// nLog2 is n times the binary logarithm of n.
func nLog2(n uint32) int64 {
	if n < uint32(len(nLogTable)) {
		return int64(nLogTable[n])
	}
	return int64(n) * int64(log2Price(n))
}

var nLogTable = func() (t [1 << 11]int32) {
	for n := 1; n < len(t); n++ {
		t[n] = int32(n) * int32(log2Price(uint32(n)))
	}
	return t
}()

// entropy estimates what the best prefix code takes for counts, in bits, without the code itself: a little more than an
// ideal code, whose symbols may take less than a bit.
func entropy(counts []uint32) int64 {
	total, most, sum, kinds := uint32(0), uint32(0), int64(0), 0
	for _, n := range counts {
		if n > 0 {
			sum -= nLog2(n)
			total += n
			most = max(most, n)
			kinds++
		}
	}
	return refined(total, most, sum, kinds)
}

// refined returns the estimate of entropy for that many symbols in all, and of the most frequent kind; sum is that of
// -n·log2(n) of all kinds.
func refined(total, most uint32, sum int64, kinds int) int64 {
	if kinds < 2 {
		return 0
	}
	ideal := (sum + int64(total)*int64(log2Price(total))) / int64(bit)
	if kinds == 2 {
		return int64(total)
	}
	// The most frequent symbol takes a bit at least, and the others two.
	return max(ideal, 2*int64(total)-int64(most))
}
