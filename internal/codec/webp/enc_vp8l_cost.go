package webp

import (
	"math"
	"math/bits"
	"slices"
)

// alphabets gives the symbols of all five alphabets one numbering, in the order of the prefix codes in the file: green
// with lengths and the color cache, red, blue, alpha, distances.
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

// prefix returns the prefix symbol of a length or distance, and the number of extra bits (RFC 9649, 5.2.2).
func prefix(v int) (symbol int, extra uint) {
	if v <= 4 {
		return v - 1, 0
	}
	v--
	top := uint(log2Floor(uint32(v)))
	return int(2*top) + v>>(top-1)&1, top - 1
}

// extraBits returns the number of extra bits after a length or distance symbol.
func extraBits(symbol int) uint { return uint(max(symbol-2, 0)) >> 1 }

// A price is a number of bits, in 1/256.
type price int32

const bit price = 256

// prices are the prices of symbols, and of lengths with their extra bits.
type prices struct {
	alphabets
	of     [maxAlphabets]price
	least  price // lowest price of a literal or color cache index
	length []lengthPrice
}

// A lengthPrice is the price of the lengths up to end that are longer than those of the previous lengthPrice.
type lengthPrice struct {
	end   int
	price price
}

// set computes prices from counts, for lengths up to longest. A symbol that does not occur is a bit more expensive
// than a symbol that occurs once.
func (p *prices) set(a alphabets, counts []uint32, longest int) {
	p.alphabets = a
	a.each(func(from, to int) { setPrices(p.of[from:to], counts[from:to]) })
	p.least = slices.Min(p.of[greenSymbols:max(a.red, greenSymbols+1)])
	if direct := slices.Min(p.of[:256]) + slices.Min(p.of[a.red:a.blue]) + slices.Min(p.of[a.blue:a.alpha]) + slices.Min(p.of[a.alpha:a.distance]); a.red == greenSymbols || direct < p.least {
		p.least = direct
	}
	p.length = p.length[:0]
	for end := 0; end < longest; {
		symbol, extra := prefix(end + 1)
		end = min(end+1<<extra, longest)
		each := p.of[256+symbol] + price(extra)*bit
		if last := len(p.length) - 1; last >= 0 && p.length[last].price == each {
			p.length[last].end = end
		} else {
			p.length = append(p.length, lengthPrice{end, each})
		}
	}
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

// distanceCode returns the price of a distance code.
func (p *prices) distanceCode(code int) price {
	symbol, extra := prefix(code)
	return p.of[p.distance+symbol] + price(extra)*bit
}

func log2Floor(v uint32) int { return 31 - bits.LeadingZeros32(v) }

// log2Price returns the binary logarithm of a positive number.
func log2Price(v uint32) price {
	top := log2Floor(v)
	f := v << (31 - top) >> 21 & 0x3ff // the next ten bits
	return price(top)*bit + price(logTable[f])
}

// logTable holds the logarithms of the numbers from 1 to 2.
var logTable = func() (t [1024]uint16) {
	for i := range t {
		t[i] = uint16(math.Round(256 * math.Log2(1+float64((float64(i)+0.5)/1024))))
	}
	return t
}()

// nLog2 returns n times the binary logarithm of n.
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

// entropy estimates the size of the symbols in bits, without the prefix code. It is a bit larger than the Shannon
// entropy, because a prefix code can't use fractions of a bit.
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

// refined computes the estimate of entropy from the number of symbols, the largest count, the sum of -n·log2(n), and
// the number of different symbols.
func refined(total, most uint32, sum int64, kinds int) int64 {
	if kinds < 2 {
		return 0
	}
	ideal := (sum + int64(total)*int64(log2Price(total))) / int64(bit)
	if kinds == 2 {
		return int64(total)
	}
	// The most frequent symbol takes at least one bit, all others at least two.
	return max(ideal, 2*int64(total)-int64(most))
}
