package webp

// classCounts are the numbers of tokens by class, plane, coefficient position, and context.
type classCounts [planes][16][3][classes]uint32

// add counts the tokens of a block. It follows the same steps as planeCosts.rate.
func (c *classCounts) add(plane int, levels *[16]int16, count, context int) {
	first := firstOf(plane)
	p := &c[plane]
	if count <= first {
		p[first][context][classEnd]++
		return
	}
	for n := first; n < count; n++ {
		level := abs(int32(levels[n&15]))
		p[n&15][context][levelCodes[level&maxLevel].class]++
		context = int(min(level, 2))
	}
	if count < 16 {
		p[count][context][classEnd]++
	}
}

// A nodeCount holds the numbers of zeros and ones at a node of the token tree.
type nodeCount [2]uint32

// nodes returns the counts of the 11 nodes of the token tree.
func (c *classCounts) nodes(plane, band, context int) (nodes [11]nodeCount) {
	for n, b := range bandOf {
		if int(b) != band {
			continue
		}
		t := &c[plane][n][context]
		huge, large := t[9]+t[10], t[7]+t[8]
		medium, small := t[5]+t[6], t[2]+t[3]+t[4]
		above1 := small + medium + large + huge
		if context > 0 || n == firstOf(plane) {
			nodes[0].add(t[classEnd], t[0]+t[1]+above1)
		}
		nodes[1].add(t[0], t[1]+above1)
		nodes[2].add(t[1], above1)
		nodes[3].add(small, medium+large+huge)
		nodes[4].add(t[2], t[3]+t[4])
		nodes[5].add(t[3], t[4])
		nodes[6].add(medium, large+huge)
		nodes[7].add(t[5], t[6])
		nodes[8].add(large, huge)
		nodes[9].add(t[7], t[8])
		nodes[10].add(t[9], t[10])
	}
	return nodes
}

func (c *nodeCount) add(zeros, ones uint32) {
	c[0] += zeros
	c[1] += ones
}

// prob returns the probability of a zero. Without counts it returns p.
func (c *nodeCount) prob(p uint8) uint8 {
	zeros, all := uint64(c[0]), uint64(c[0])+uint64(c[1])
	if all == 0 {
		return p
	}
	return uint8(min(max((zeros*256+all/2)/all, 1), 255))
}

func (c *nodeCount) cost(p uint8) uint64 {
	return uint64(c[0])*uint64(bitCost(false, p)) + uint64(c[1])*uint64(bitCost(true, p))
}

// probabilities returns token probabilities for the header. A default probability is replaced only if this saves more
// bits than it costs.
func (c *classCounts) probabilities() *tokenProbs {
	probs := defaultTokenProbs
	for plane := range probs {
		for band := range probs[plane] {
			for context := range probs[plane][band] {
				for node, count := range c.nodes(plane, band, context) {
					old, update := probs[plane][band][context][node], tokenUpdates[plane][band][context][node]
					p := count.prob(old)
					keep := count.cost(old) + uint64(bitCost(false, update))
					if count.cost(p)+uint64(bitCost(true, update))+8*256 < keep {
						probs[plane][band][context][node] = p
					}
				}
			}
		}
	}
	return &probs
}

// cost returns an upper bound of the cost of all tokens, in 1/256 bit. It assumes the most expensive extra bits in
// each category.
func (c *classCounts) cost(probs *tokenProbs) (sum int64) {
	for plane := range probs {
		for band := range probs[plane] {
			for context := range probs[plane][band] {
				for node, count := range c.nodes(plane, band, context) {
					sum += int64(count.cost(probs[plane][band][context][node]))
				}
			}
		}
		for n := range c[plane] {
			for context := range c[plane][n] {
				for class, count := range c[plane][n][context] {
					sum += int64(count) * extraCosts[class]
				}
			}
		}
	}
	return sum
}

// extraCosts holds the largest cost of the sign and the extra bits in each class.
var extraCosts = func() (costs [classes]int64) {
	for _, code := range levelCodes[1:] {
		costs[code.class] = max(costs[code.class], int64(code.cost))
	}
	return costs
}()
