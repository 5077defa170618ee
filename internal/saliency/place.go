package saliency

import (
	"image"
	"math"
)

const (
	outside    = -0.5 // weight of a pixel outside the box
	edgeRadius = 0.4  // distance from the edge, in half sides of the box, within which the weight is reduced
	edgeWeight = -20
)

// A table has the weights of the positions in a box, minus the weight of positions outside the box.
type table struct {
	worth         []float64 // row by row
	columns, rows int
}

// tableOf computes what smartcrop calls importance: the weight is highest in the center, and higher on the
// lines of thirds than next to them, except near an edge.
func tableOf(box image.Point) table { return tableAt(box, 0, 0) }

// tableAt returns the table for samples of a box, the first of which is at pixel (x, y) of the box.
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

// part is the contribution of one coordinate to the weight of a position.
type part struct {
	square float64 // square of the distance from the center, in half sides
	edge   float64 // square of the distance, within edgeRadius of the edge
	thirds float64 // 1 on a line of thirds, falling to 0 at an eighth of a half side
}

// along returns the parts of the samples along a side of n pixels, from the first sample on.
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
