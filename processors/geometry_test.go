package processors_test

import (
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The table is that of django-rest-thumbnails, except that a side is at least 1.
func TestGeometryIsThatOfDjangoRestThumbnails(t *testing.T) {
	box := func(x0, y0, x1, y1 int) image.Rectangle { return image.Rect(x0, y0, x1, y1) }
	for _, c := range []struct {
		p             processors.Planner
		original      image.Point
		width, height int
		scaled        image.Point
		crop          image.Rectangle
	}{
		{processors.Crop{}, image.Pt(500, 342), 100, 100, image.Pt(146, 100), box(23, 0, 123, 100)},
		{processors.Scale{}, image.Pt(500, 342), 100, 100, image.Pt(146, 100), box(0, 0, 146, 100)},
		{processors.Crop{}, image.Pt(500, 342), 100, 0, image.Pt(100, 68), box(0, 0, 100, 68)},
		{processors.Scale{}, image.Pt(500, 342), 100, 0, image.Pt(100, 68), box(0, 0, 100, 68)},
		{processors.Crop{}, image.Pt(500, 342), 0, 100, image.Pt(146, 100), box(0, 0, 146, 100)},
		{processors.Scale{}, image.Pt(500, 342), 0, 100, image.Pt(146, 100), box(0, 0, 146, 100)},
		{processors.Crop{}, image.Pt(500, 342), 1000, 1000, image.Pt(1462, 1000), box(231, 0, 1231, 1000)},
		{processors.Crop{}, image.Pt(500, 342), 101, 51, image.Pt(101, 69), box(0, 9, 101, 60)},
		{processors.Crop{}, image.Pt(500, 342), 50, 333, image.Pt(487, 333), box(218, 0, 268, 333)},
		{processors.Crop{}, image.Pt(200, 101), 100, 0, image.Pt(100, 51), box(0, 0, 100, 51)},
		{processors.Crop{}, image.Pt(1920, 1080), 333, 0, image.Pt(333, 187), box(0, 0, 333, 187)},
		{processors.Crop{}, image.Pt(1920, 1081), 100, 0, image.Pt(100, 56), box(0, 0, 100, 56)},
		{processors.Crop{}, image.Pt(1000, 1), 100, 0, image.Pt(100, 1), box(0, 0, 100, 1)},
		{processors.Crop{}, image.Pt(3, 1), 1, 0, image.Pt(1, 1), box(0, 0, 1, 1)},
		{processors.Fit{}, image.Pt(500, 342), 100, 100, image.Pt(100, 68), box(0, 0, 100, 68)},
		{processors.Fit{}, image.Pt(500, 342), 1000, 1000, image.Pt(500, 342), box(0, 0, 500, 342)},
		{processors.Fit{}, image.Pt(500, 342), 0, 50, image.Pt(73, 50), box(0, 0, 73, 50)},
		{processors.Fit{}, image.Pt(1000, 1), 100, 100, image.Pt(100, 1), box(0, 0, 100, 1)},
	} {
		scaled, crop := c.p.Plan(c.original, c.width, c.height)
		assert.Equal(t, c.scaled, scaled, "%T of %v to %dx%d", c.p, c.original, c.width, c.height)
		assert.Equal(t, c.crop, crop, "%T of %v to %dx%d", c.p, c.original, c.width, c.height)
	}
}

func TestEveryPlanHasTheDocumentedSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 65535)
		original := image.Pt(side.Draw(t, "x"), side.Draw(t, "y"))
		width, height := rapid.IntRange(0, 99999).Draw(t, "width"), rapid.IntRange(0, 99999).Draw(t, "height")
		if width == 0 && height == 0 {
			return
		}
		for _, p := range []processors.Planner{processors.Crop{}, processors.Scale{}, processors.Fit{}, processors.Smart{}, processors.Entropy{}, processors.Focus{X: 10, Y: 80}} {
			scaled, crop := p.Plan(original, width, height)
			size := crop.Size()
			if size.X < 1 || size.Y < 1 || !crop.In(image.Rectangle{Max: scaled}) {
				t.Fatalf("%T: %v of %v is empty or does not lie within", p, crop, scaled)
			}
			again, whole := p.Plan(size, size.X, size.Y)
			if again != size || whole != (image.Rectangle{Max: size}) {
				t.Fatalf("%T: a picture of the size planned, %v, is planned to become %v of %v", p, size, whole, again)
			}
			switch p.(type) {
			case processors.Fit:
				if width > 0 && size.X > width || height > 0 && size.Y > height || size.X > original.X || size.Y > original.Y {
					t.Fatalf("Fit makes %v", size)
				}
			case processors.Scale:
				if size.X < width || size.Y < height || size.X != width && size.Y != height {
					t.Fatalf("Scale makes %v", size)
				}
			default:
				if width > 0 && size.X != width || height > 0 && size.Y != height {
					t.Fatalf("%T makes %v", p, size)
				}
				// The largest box with a given aspect ratio touches two opposite edges.
				if size.X != scaled.X && size.Y != scaled.Y {
					t.Fatalf("%T crops %v of %v", p, size, scaled)
				}
			}
		}
	})
}

func TestHalvesAreRoundedAwayFromZeroExactly(t *testing.T) {
	for _, c := range []struct {
		original      image.Point
		width, height int
		want          image.Point
	}{
		{image.Pt(3264, 2448), 522, 0, image.Pt(522, 392)}, // exactly 391.5, but less in floating point
		{image.Pt(1000, 750), 18, 0, image.Pt(18, 14)},
		{image.Pt(2448, 3264), 0, 522, image.Pt(392, 522)},
	} {
		for _, p := range []processors.Planner{processors.Crop{}, processors.Scale{}, processors.Fit{}} {
			scaled, _ := p.Plan(c.original, c.width, c.height)
			assert.Equal(t, c.want, scaled, "%T", p)
		}
	}
	for x := 1; x < 60; x++ {
		for y := 1; y < 60; y++ {
			for width := 1; width < 60; width++ {
				want := max((2*y*width+x)/(2*x), 1)
				scaled, _ := processors.Scale{}.Plan(image.Pt(x, y), width, 0)
				require.Equal(t, image.Pt(width, want), scaled, "%dx%d", x, y)
			}
		}
	}
}
