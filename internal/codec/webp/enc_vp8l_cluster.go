package webp

// A cluster is a set of tiles.
type cluster struct {
	counts []uint32
	prices []price
}

// blend sets the prices of a cluster from its own counts and, with a small weight, the counts of the whole image.
func (c *cluster) blend(a alphabets, whole []uint32) {
	a.each(func(from, to int) {
		var total, all uint32
		for s := from; s < to; s++ {
			total += c.counts[s]
			all += whole[s]
		}
		if all == 0 {
			return
		}
		// The counts of the whole image are scaled to 1/16 of the counts of the cluster, and at least to the total of two
		// symbols.
		extra, scale := max(total/16, 2), uint32(64)
		if total > 1<<24 {
			scale = 1
		}
		sum := log2Price((total + extra) * scale)
		for s := from; s < to; s++ {
			n := c.counts[s]*scale + uint32(uint64(whole[s])*uint64(extra*scale)/uint64(all))
			c.prices[s] = sum - log2Price(max(n, 1))
		}
	})
}

// price returns the price of the symbols of a tile in the cluster.
func (c *cluster) price(tile []uint32) (sum int64) {
	for _, e := range tile {
		sum += int64(c.prices[e>>20]) * int64(e&(1<<20-1))
	}
	return sum
}

// A clusterer divides tiles into clusters with similar symbols. The tile whose price is farthest above its entropy
// starts a new cluster, if that saves more than another prefix code group costs. Then each tile moves to the cluster
// in which its price is lowest, and the prices are computed again. These steps repeat.
type clusterer struct {
	encoder  *vp8lEncoder
	taken    int64
	tiles    *tileCounts
	whole    []uint32
	clusters []cluster
	of       []uint16
	cost     []int64 // price of each tile in its cluster
	own      []int64 // entropy of each tile
}

func (c *clusterer) add(tile int) error {
	k := len(c.clusters)
	n := c.tiles.end
	if err := c.encoder.take(8 * int64(n)); err != nil {
		return err
	}
	c.taken += 8 * int64(n)
	cl := cluster{make([]uint32, n), make([]price, n)}
	if tile < 0 {
		copy(cl.counts, c.whole)
	} else {
		for _, e := range c.tiles.tile(tile) {
			cl.counts[e>>20] += e & (1<<20 - 1)
		}
	}
	cl.blend(c.tiles.alphabets, c.whole)
	c.clusters = append(c.clusters, cl)
	for t := range c.of {
		if cost := cl.price(c.tiles.tile(t)); tile < 0 || cost < c.cost[t] {
			c.cost[t], c.of[t] = cost, uint16(k)
		}
	}
	return c.encoder.ctx.Err()
}

// found creates clusters. The maximum number of clusters is most.
func (c *clusterer) found(most int) error {
	if err := c.add(-1); err != nil {
		return err
	}
	for len(c.clusters) < most {
		worst, gain := -1, int64(0)
		for t := range c.of {
			if g := c.cost[t] - c.own[t]; g > gain {
				worst, gain = t, g
			}
		}
		if worst < 0 || gain < groupCost*int64(bit)/4 {
			return nil
		}
		c.own[worst] = c.cost[worst] // the tile does not start another cluster
		if err := c.add(worst); err != nil {
			return err
		}
	}
	return nil
}

// move computes the prices of all clusters and moves each tile to the cluster in which its price is lowest.
func (c *clusterer) move() error {
	c.recount()
	for i := range c.clusters {
		c.clusters[i].blend(c.tiles.alphabets, c.whole)
	}
	for t := range c.of {
		if t%64 == 0 {
			if err := c.encoder.ctx.Err(); err != nil {
				return err
			}
		}
		tile := c.tiles.tile(t)
		for k := range c.clusters {
			if cost := c.clusters[k].price(tile); k == 0 || cost < c.cost[t] {
				c.cost[t], c.of[t] = cost, uint16(k)
			}
		}
	}
	return nil
}

// recount counts the symbols of each cluster.
func (c *clusterer) recount() {
	for i := range c.clusters {
		clear(c.clusters[i].counts)
	}
	for t, k := range c.of {
		counts := c.clusters[k].counts
		for _, e := range c.tiles.tile(t) {
			counts[e>>20] += e & (1<<20 - 1)
		}
	}
}

// merge merges clusters as long as that saves bits, including the bits of the prefix codes. It returns the total size
// in bits.
func (c *clusterer) merge() (total int64, err error) {
	n := len(c.clusters)
	var cost [maxGroups]int64
	var saved [maxGroups][maxGroups]int64
	try := func(i, j int) {
		saved[i][j] = cost[i] + cost[j] - c.tiles.cost(c.clusters[i].counts, c.clusters[j].counts)
	}
	none := make([]uint32, c.tiles.end)
	for i := range n {
		cost[i] = c.tiles.cost(c.clusters[i].counts, none)
		for j := range i {
			try(i, j)
		}
	}
	for n > 1 {
		if err := c.encoder.ctx.Err(); err != nil {
			return 0, err
		}
		x, y := 1, 0
		for i := range n {
			for j := range i {
				if saved[i][j] > saved[x][y] {
					x, y = i, j
				}
			}
		}
		if saved[x][y] < 0 {
			break
		}
		cost[y] += cost[x] - saved[x][y]
		n--
		c.join(x, y)
		cost[x] = cost[n]
		for i := range n {
			saved[x][i], saved[i][x] = saved[n][i], saved[i][n]
			if i > x {
				saved[i][x] = saved[n][i]
			}
		}
		for i := range n {
			if i != y {
				try(max(i, y), min(i, y))
			}
		}
	}
	for i := range n {
		total += cost[i]
	}
	return total, nil
}

// cost estimates the size in bits of two clusters after a merger, including the prefix codes.
func (t *tileCounts) cost(x, y []uint32) (sum int64) {
	from := 0
	for _, to := range [...]int{t.red, t.blue, t.alpha, t.distance, t.end} {
		var total, most uint32
		var logs, kinds, gaps int64
		last := -1
		px, py, symbols := x[from:to], y[from:to], t.symbol[from:to]
		for i, s := range symbols {
			n := px[i] + py[i]
			if n == 0 {
				continue
			}
			logs -= nLog2(n)
			total += n
			most = max(most, n)
			kinds++
			if int(s) != last+1 {
				gaps++
			}
			last = int(s)
		}
		sum += refined(total, most, logs, int(kinds)) + codeBits(kinds, gaps, last)
		from = to
	}
	return sum
}

// join merges cluster x into cluster y. y is less than x. The last cluster gets the number x.
func (c *clusterer) join(x, y int) {
	last := len(c.clusters) - 1
	for s, v := range c.clusters[x].counts {
		c.clusters[y].counts[s] += v
	}
	c.clusters[x] = c.clusters[last]
	c.clusters = c.clusters[:last]
	for t, k := range c.of {
		switch int(k) {
		case x:
			c.of[t] = uint16(y)
		case last:
			c.of[t] = uint16(x)
		}
	}
}
