package saliency

import (
	"image"
	"math"
)

const (
	outside    = -0.5 // what a pixel outside of the box is worth
	edgeRadius = 0.4  // how near to the edge, in halves of the box's side, a pixel counts for less
	edgeWeight = -20
)

// A table says what the samples of a box are worth, relatively to those outside of it.
type table struct {
	worth         []float64 // row by row
	columns, rows int
}

// tableOf is what smartcrop calls importance: the middle is worth most, the lines of the thirds
// more than what lies around them, unless that is near to an edge.
func tableOf(box image.Point) table { return tableAt(box, 0, 0) }

// tableAt is that of samples of which the first is so many pixels within the box.
func tableAt(box image.Point, x, y int) table {
	across, down := along(box.X, x), along(box.Y, y)
	t := table{make([]float64, 0, len(across)*len(down)), len(across), len(down)}
	for _, y := range down {
		for _, x := range across {
			edge := float64((x.edge + y.edge) * edgeWeight)
			center := 1.41 - math.Sqrt(x.square+y.square)
			thirds := float64(max(0, center+edge+0.5) * 1.2 * (x.thirds + y.thirds))
			t.worth = append(t.worth, center+thirds+edge-outside)
		}
	}
	return t
}

// part is what one coordinate has to do with the worth of a place.
type part struct {
	square float64 // of the distance from the middle, in halves of the side
	edge   float64 // square of how far it is within edgeRadius
	thirds float64 // 1 on the line of a third, 0 from an eighth of half a side off
}

// along returns the parts of the samples along a side of that many pixels, from one of them on.
func along(side, first int) []part {
	parts := make([]part, 0, side/step+1)
	for at := first; at < side; at += step {
		p := math.Abs(0.5-float64(at)/float64(side)) * 2
		edge := max(p-1+edgeRadius, 0)
		third := (p - 1./3) * 8
		parts = append(parts, part{p * p, edge * edge, max(1-float64(third*third), 0)})
	}
	return parts
}
