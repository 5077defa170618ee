package webp

// All costs are in 1/256 bit.

// bitCosts holds the cost of a bit 0 whose probability is i/256.
var bitCosts = makeBitCosts()

func makeBitCosts() (costs [257]uint16) {
	for i := 1; i <= 256; i++ {
		costs[i] = uint16(8*256 - log2(uint64(i)))
	}
	costs[0] = costs[1]
	return costs
}

// log2 returns the binary logarithm of v in 1/256, rounded down. v is at most 65535. It uses integers only, so the
// result is the same on all machines.
func log2(v uint64) int {
	whole := 0
	for v>>whole > 1 {
		whole++
	}
	x, result := v<<32>>whole, whole // x is between 1 and 2, with 32 fractional bits
	for range 8 {
		x = (x >> 1) * (x >> 1) >> 30
		result *= 2
		if x >= 2<<32 {
			x >>= 1
			result++
		}
	}
	return result
}

func bitCost(bit bool, prob uint8) int {
	if bit {
		return int(bitCosts[256-int(prob)])
	}
	return int(bitCosts[prob])
}

// Classes of levels: one class for each level that has its own token (RFC 6386, 13.2), one for each category of larger
// levels, and one for the end of block.
const (
	classCategory1 = 5
	classEnd       = 11
	classes        = 12
)

// maxLevel is the largest level that the format can represent.
const maxLevel = 2047

// A levelCode holds the class of a level, and the cost of its sign and extra bits.
type levelCode struct {
	cost  uint16
	class uint8
}

var levelCodes = makeLevelCodes()

// categoryBase holds the smallest level of each category.
var categoryBase = [6]int{5, 7, 11, 19, 35, 67}

// categoryProbs holds the probabilities of the extra bits of each category.
var categoryProbs = [6][]uint8{{159}, {165, 145}, largeProbs[0], largeProbs[1], largeProbs[2], largeProbs[3]}

func makeLevelCodes() (codes [maxLevel + 1]levelCode) {
	for level := 1; level <= maxLevel; level++ {
		class, cost := level, 256
		if level >= categoryBase[0] {
			category := 5
			for level < categoryBase[category] {
				category--
			}
			class = classCategory1 + category
			extra, probs := level-categoryBase[category], categoryProbs[category]
			for i, p := range probs {
				cost += bitCost(extra>>(len(probs)-1-i)&1 != 0, p)
			}
		}
		codes[level] = levelCode{uint16(cost), uint8(class)}
	}
	return codes
}

// planeCosts hold the costs of the tokens of a plane, by coefficient position and context. level has the complete costs of
// levels below smallLevels, and class the costs of the classes of larger levels. end has the cost of the end of block,
// which can't follow a zero in the same block.
type planeCosts struct {
	level [16][4][smallLevels]uint16 // 4 contexts instead of 3, so that no index needs a bounds check
	class [16][4][classes]uint16
	end   [17][4]uint16
}

const smallLevels = 16

// firstOf returns the position of the first coefficient of a block in a plane.
func firstOf(plane int) int {
	if plane == planeLumaAC {
		return 1
	}
	return 0
}

// set sets the costs from token probabilities.
func (c *planeCosts) set(plane int, probs *[8][3][11]uint8) {
	for n := firstOf(plane); n < 16; n++ {
		for context := range 3 {
			p, to := &probs[bandOf[n]][context], &c.class[n][context]
			base := 0
			if context > 0 || n == firstOf(plane) {
				c.end[n][context] = uint16(bitCost(false, p[0]))
				base = bitCost(true, p[0])
			}
			setClasses(to, base, p)
			for level := range c.level[n][context] {
				code := &levelCodes[level]
				c.level[n][context][level] = to[code.class] + code.cost
			}
		}
	}
}

// setClasses sets the costs of the classes. base is the cost of the preceding bit.
func setClasses(to *[classes]uint16, base int, p *[11]uint8) {
	to[0] = uint16(base + bitCost(false, p[1]))
	base += bitCost(true, p[1])
	to[1] = uint16(base + bitCost(false, p[2]))
	base += bitCost(true, p[2])
	small := base + bitCost(false, p[3])
	to[2] = uint16(small + bitCost(false, p[4]))
	to[3] = uint16(small + bitCost(true, p[4]) + bitCost(false, p[5]))
	to[4] = uint16(small + bitCost(true, p[4]) + bitCost(true, p[5]))
	base += bitCost(true, p[3])
	medium := base + bitCost(false, p[6])
	to[5] = uint16(medium + bitCost(false, p[7]))
	to[6] = uint16(medium + bitCost(true, p[7]))
	base += bitCost(true, p[6])
	large, huge := base+bitCost(false, p[8]), base+bitCost(true, p[8])
	to[7] = uint16(large + bitCost(false, p[9]))
	to[8] = uint16(large + bitCost(true, p[9]))
	to[9] = uint16(huge + bitCost(false, p[10]))
	to[10] = uint16(huge + bitCost(true, p[10]))
}

// rate returns the cost of a block. count is the position of the last nonzero coefficient, plus 1.
func (c *planeCosts) rate(levels *[16]int16, count, first, context int) int {
	if count <= first {
		return int(c.end[first&15][context&3])
	}
	sum := 0
	n := first
	for _, v := range levels[first&15 : count] {
		level := abs(int32(v))
		if level < smallLevels {
			sum += int(c.level[n&15][context&3][level&(smallLevels-1)])
		} else {
			sum += c.large(n, context, level)
		}
		context = int(min(level, 2))
		n++
	}
	if count < 16 {
		sum += int(c.end[count&15][context&3])
	}
	return sum
}

// large returns the cost of a level of at least smallLevels.
func (c *planeCosts) large(n, context int, level int32) int {
	code := &levelCodes[level&maxLevel]
	return int(c.class[n&15][context&3][code.class%classes]) + int(code.cost)
}

// Costs of prediction modes.

var (
	wholeCosts  = makeWholeCosts()  // 16×16 luma modes, with the bit that selects 16×16 prediction
	chromaCosts = makeChromaCosts() // chroma modes
	blockCosts  = makeBlockCosts()  // 4×4 luma modes, by the modes above and on the left
	blocksCost  = bitCost(false, 145)
)

func makeWholeCosts() (costs [4]int) {
	base := bitCost(true, 145)
	costs[modeDC] = base + bitCost(false, 156) + bitCost(false, 163)
	costs[modeVE] = base + bitCost(false, 156) + bitCost(true, 163)
	costs[modeHE] = base + bitCost(true, 156) + bitCost(false, 128)
	costs[modeTM] = base + bitCost(true, 156) + bitCost(true, 128)
	return costs
}

func makeChromaCosts() (costs [4]int) {
	costs[modeDC] = bitCost(false, 142)
	costs[modeVE] = bitCost(true, 142) + bitCost(false, 114)
	costs[modeHE] = bitCost(true, 142) + bitCost(true, 114) + bitCost(false, 183)
	costs[modeTM] = bitCost(true, 142) + bitCost(true, 114) + bitCost(true, 183)
	return costs
}

// modePaths holds the path from the root of modeTree to each mode.
var modePaths = makeModePaths()

type step struct {
	node uint8
	bit  bool
}

func makeModePaths() (paths [modes][]step) {
	var walk func(node int8, path []step)
	walk = func(node int8, path []step) {
		for bit := range int8(2) {
			next := modeTree[2*node+bit]
			path := append(path[:len(path):len(path)], step{uint8(node), bit == 1})
			if next <= 0 {
				paths[-next] = path
			} else {
				walk(next, path)
			}
		}
	}
	walk(0, nil)
	return paths
}

func makeBlockCosts() (costs [modes][modes][modes]uint16) {
	for above := range costs {
		for left := range costs {
			for mode, path := range modePaths {
				cost := 0
				for _, s := range path {
					cost += bitCost(s.bit, modeProbs[above][left][s.node])
				}
				costs[above][left][mode] = uint16(cost)
			}
		}
	}
	return costs
}
