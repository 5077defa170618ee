package webp

// unpredict adds the predictions to the pixels of a row (RFC 9649, 4.1).
func (t *transform) unpredict(row []uint32, y int) {
	if y == 0 {
		row[0] = addPixels(row[0], 0xff000000)
		addLeft(row, 1)
	} else {
		above := t.above[:len(row)+1]
		row[0] = addPixels(row[0], above[0])
		above[len(row)] = row[0] // the pixel above and to the right of the last one is the first pixel of this row
		modes := t.modes[y>>t.bits*t.across:][:t.across]
		for x := 1; x < len(row); {
			tile := x >> t.bits
			end := min(len(row), (tile+1)<<t.bits)
			unpredictTile(row[:end], above[:end+1], x, modes[tile])
			x = end
		}
	}
	copy(t.above, row)
}

func addLeft(row []uint32, from int) {
	left := row[from-1]
	for i, v := range row[from:] {
		left = addPixels(v, left)
		row[from+i] = left
	}
}

// unpredictTile adds the predictions of a mode to the pixels of row[from:]. above is the row above, and one more pixel.
func unpredictTile(row, above []uint32, from int, mode uint8) {
	above = above[:len(row)+1]
	left, corner := row[from-1], above[from-1]
	switch mode {
	case 1:
		addLeft(row, from)
	case 2:
		addRow(row[from:], above[from:])
	case 3:
		addRow(row[from:], above[from+1:])
	case 4:
		addRow(row[from:], above[from-1:])
	case 5:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], meanPixel(meanPixel(left, above[i+1]), above[i]))
			row[i] = left
		}
	case 6:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], meanPixel(left, above[i-1]))
			row[i] = left
		}
	case 7:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], meanPixel(left, above[i]))
			row[i] = left
		}
	case 8:
		for i := from; i < len(row); i++ {
			row[i] = addPixels(row[i], meanPixel(above[i-1], above[i]))
		}
	case 9:
		for i := from; i < len(row); i++ {
			row[i] = addPixels(row[i], meanPixel(above[i], above[i+1]))
		}
	case 10:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], meanPixel(meanPixel(left, above[i-1]), meanPixel(above[i], above[i+1])))
			row[i] = left
		}
	case 11:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], nearer(left, above[i], corner))
			row[i], corner = left, above[i]
		}
	case 12:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], gradient(left, above[i], corner))
			row[i], corner = left, above[i]
		}
	case 13:
		for i := from; i < len(row); i++ {
			left = addPixels(row[i], halfGradient(meanPixel(left, above[i]), corner))
			row[i], corner = left, above[i]
		}
	default:
		for i := from; i < len(row); i++ {
			row[i] = addPixels(row[i], 0xff000000)
		}
	}
}

func addRow(row, prediction []uint32) {
	for i, p := range prediction[:len(row)] {
		row[i] = addPixels(row[i], p)
	}
}

// meanPixel returns the mean of each sample, rounded down.
func meanPixel(a, b uint32) uint32 { return (a^b)&0xfefefefe>>1 + a&b }

// nearer returns left or above, whichever is closer to left + above - corner.
func nearer(left, above, corner uint32) uint32 {
	var d int32 // total difference from left, minus the total difference from above
	for s := 0; s < 32; s += 8 {
		l, a, c := int32(left>>s&0xff), int32(above>>s&0xff), int32(corner>>s&0xff)
		d += abs(a-c) - abs(l-c)
	}
	if d < 0 {
		return left
	}
	return above
}

// gradient returns left + above - corner, clamped.
func gradient(left, above, corner uint32) (p uint32) {
	for s := 0; s < 32; s += 8 {
		p |= uint32(clip(int32(left>>s&0xff)+int32(above>>s&0xff)-int32(corner>>s&0xff))) << s
	}
	return p
}

// halfGradient returns m + (m - corner)/2, clamped.
func halfGradient(m, corner uint32) (p uint32) {
	for s := 0; s < 32; s += 8 {
		a, c := int32(m>>s&0xff), int32(corner>>s&0xff)
		p |= uint32(clip(a+(a-c)/2)) << s
	}
	return p
}
