package png

// Reasons for which the loop over two streams ends, besides paused.
const (
	firstEnd    = iota + 1 // the block of the first stream ends
	secondEnd              // the block of the second stream ends
	firstWrong             // the first stream has an invalid code or distance
	secondWrong            // the second stream has an invalid code or distance
)

// Pairs reports whether two streams are decoded faster together than one after the other. The decoded bytes are the same.
func Pairs() bool { return pairs && hasBMI2 && hasAVX }

// Lead makes f.Next decode the stream of g as well, until the next Reset of f. The rowBytes passed to g.Reset must have been the
// size of the whole stream of g. g.Next returns the errors of that stream.
func (f *Inflater) Lead(g *Inflater) {
	if Pairs() {
		f.z.mate = &g.z
	}
}

// ready decodes block headers and stored blocks. It reports whether symbols follow that can be decoded together with
// those of another stream.
func (z *inflater) ready() bool {
	for z.err == nil && z.state != atEnd && z.write <= len(z.window)-slop {
		if z.state == inHuffman {
			z.err = z.in.want(2 * lookahead)
			return z.err == nil && z.in.pos <= z.in.end-lookahead
		}
		z.err = z.step(len(z.window) - slop)
	}
	return false
}

// pair decodes symbols of z, up to index full of the window, and of its mate. Both must be ready.
func (z *inflater) pair(full int) error {
	y := z.mate
	before, fullY := y.write, len(y.window)-slop
	var err error
	switch symbolsPair(z, y, full, fullY) {
	case firstEnd:
		z.state = beforeBlock
	case secondEnd:
		y.state = beforeBlock
	case firstWrong:
		err = corrupt("invalid Huffman code")
	case secondWrong:
		y.err = corrupt("invalid Huffman code")
	}
	if y.err == nil {
		y.err = y.overrun()
	}
	if y.err == nil {
		y.err = y.in.meter.Output(y.write - before)
	}
	return err
}
