package webp

// A grouping assigns a prefix code group to each tile of an image (RFC 9649, 6.2.2).
type grouping struct {
	tileBits uint
	across   int
	of       []uint16   // group of each tile; nil means that there is only one group
	counts   [][]uint32 // symbol counts of each group
}

const (
	maxGroups = 48
	maxTiles  = 1024

	// groupCost is the number of bits that another group must save to be worth a try.
	groupCost = 200

	// clusterBits is the number of bits of the image per cluster.
	clusterBits = 800

	// leastGrouped is the size in bits below which an image has a single group, because more groups would cost more bits
	// than they save.
	leastGrouped = 8000
)

// group divides the tiles of an image into groups, if that makes the image smaller.
func (e *vp8lEncoder) group(p *parsing, a alphabets, whole []uint32) (g grouping, err error) {
	g.counts = [][]uint32{whole}
	height := len(p.px) / p.width
	g.tileBits = tileBitsFor(p.width, height)
	g.across = tilesOf(p.width, g.tileBits)
	n := g.across * tilesOf(height, g.tileBits)
	if n < 2 || e.effort < 1 || a.cost(whole) < leastGrouped {
		return g, nil
	}
	mark := e.taken
	defer func() { e.give(e.taken - mark) }()
	if err := e.take(24 * int64(n)); err != nil {
		return g, err
	}
	tiles, err := e.countTiles(p, a, whole, g.tileBits)
	if err == errManySymbols {
		return g, nil
	}
	if err != nil {
		return g, err
	}
	c := clusterer{encoder: e, tiles: tiles, whole: tiles.whole(whole), of: make([]uint16, n), cost: make([]int64, n), own: make([]int64, n)}
	for t := range c.own {
		c.own[t] = tiles.entropy(t)
	}
	if err := c.found(int(min(maxGroups, 2+int64(n/8), 2+a.cost(whole)/clusterBits))); err != nil {
		return g, err
	}
	for range 3 {
		if len(c.clusters) > 1 {
			if err := c.move(); err != nil {
				return g, err
			}
		}
	}
	c.recount()
	total, err := c.merge()
	if err != nil || len(c.clusters) < 2 {
		return g, err
	}
	if total+mapCost(c.of, g.across) >= a.cost(whole) {
		return g, nil
	}
	if err := e.take(4 * int64(len(c.clusters)) * int64(len(whole))); err != nil { // putSteps charges this memory later
		return g, err
	}
	g.of = c.of
	g.counts = g.counts[:0]
	for _, cl := range c.clusters {
		g.counts = append(g.counts, tiles.counts(cl.counts, whole))
	}
	return g, nil
}

// mapCost estimates the size of the image that holds the group of each tile, in bits.
func mapCost(of []uint16, across int) int64 {
	var counts [maxGroups + 1]uint32
	for t, k := range of {
		switch {
		case t > 0 && of[t-1] == k, t >= across && of[t-across] == k:
			counts[maxGroups]++
		default:
			counts[k]++
		}
	}
	return entropy(counts[:]) + codeCost(counts[:])
}
