package engine

import (
	"image"
	"testing"

	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestAReducedDecodeIsNeverSmallerThanNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 9999)
		original := image.Pt(side.Draw(t, "x"), side.Draw(t, "y"))
		width, height := rapid.IntRange(0, 4096).Draw(t, "width"), rapid.IntRange(1, 4096).Draw(t, "height")
		for _, p := range []processors.Planner{processors.Crop{}, processors.Scale{}, processors.Fit{}, processors.Smart{}, processors.Entropy{}} {
			least := MinDecode(p, original, width, height)
			if least == (image.Point{}) {
				continue // the whole file
			}
			scaled, _ := p.Plan(original, width, height)
			if least.X < scaled.X || least.Y < scaled.Y || least.X >= original.X || least.Y >= original.Y {
				t.Fatalf("%T of %v needs %v, but would get %v", p, original, scaled, least)
			}
		}
	})
}
