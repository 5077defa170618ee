package processors

import (
	"context"
	"errors"
	"fmt"
	"image"
)

// locateSide is the length in pixels that the shorter side of a picture has at least when a Locator looks at it,
// unless the original is smaller.
const locateSide = 256

// ResultSize returns the size in pixels of what p will make of an original of that (upright) size, if p is a
// [Planner]. For others ok is false: only their result tells.
func ResultSize(p Processor, original image.Point, width, height int) (size image.Point, ok bool) {
	planner, ok := p.(Planner)
	if !ok {
		return image.Point{}, false
	}
	_, crop := planner.Plan(original, width, height)
	return crop.Size(), true
}

// MinDecode returns the smallest size, in pixels of the whole upright picture, from which p makes as good a
// result as from the original: what to tell [Decode]. The zero Point stands for the whole original.
func MinDecode(p Processor, original image.Point, width, height int) image.Point {
	planner, ok := p.(Planner)
	if !ok {
		return image.Point{}
	}
	least, crop := planner.Plan(original, width, height)
	if _, ok := p.(Locator); ok && crop.Size() != least {
		look := scaledSize(original, float64(locateSide)/float64(min(original.X, original.Y)))
		least = image.Pt(max(least.X, look.X), max(least.Y, look.Y))
	}
	if least.X >= original.X || least.Y >= original.Y {
		return image.Point{}
	}
	return least
}

// Apply makes the picture of a thumbnail with p from img, which shows the whole upright original, possibly
// reduced as [MinDecode] allows. original is the upright size in pixels of the original itself: sizes and crop
// boxes follow from it and not from img's. A p that is no [Planner] needs an img that is not reduced.
//
// img is not modified and may be returned.
func Apply(ctx context.Context, p Processor, img image.Image, original image.Point, width, height int) (image.Image, error) {
	planner, ok := p.(Planner)
	if !ok {
		return p.Process(ctx, img, width, height)
	}
	img, err := follow(ctx, planner, img, original, width, height)
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	return p.Process(ctx, img, size.X, size.Y)
}

// process is Process of the processors whose plan is all there is to them.
func process(ctx context.Context, p Planner, src image.Image, width, height int) (image.Image, error) {
	return follow(ctx, p, src, src.Bounds().Size(), width, height)
}

// follow scales and crops img as p plans for an original of that size.
func follow(ctx context.Context, p Planner, img image.Image, original image.Point, width, height int) (image.Image, error) {
	if width < 0 || height < 0 || width == 0 && height == 0 {
		return nil, fmt.Errorf("thumbnail of %d×%d: no such size", width, height)
	}
	if original.X < 1 || original.Y < 1 || img.Bounds().Empty() {
		return nil, errors.New("thumbnail of an empty picture")
	}
	scaled, crop := p.Plan(original, width, height)
	if crop.Empty() || !crop.In(image.Rectangle{Max: scaled}) {
		return nil, fmt.Errorf("%T planned %v of %v: not a box within", p, crop, scaled)
	}
	if locator, ok := p.(Locator); ok && crop.Size() != scaled {
		found, err := locator.Locate(ctx, img, scaled, crop)
		if err != nil {
			return nil, err
		}
		if found.Size() != crop.Size() || !found.In(image.Rectangle{Max: scaled}) {
			return nil, fmt.Errorf("%T located %v in %v: not a box of %v", p, found, scaled, crop.Size())
		}
		crop = found
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return resize(img, sourceRegion(img.Bounds().Size(), scaled, crop), crop.Size()), nil
}

// A region is a part of a picture in pixels from its upper left corner. It need not lie on pixel borders.
type region struct{ x0, y0, x1, y1 float64 }

// sourceRegion returns the part of a picture of that size which becomes the box crop when the whole is scaled to
// scaled.
func sourceRegion(size, scaled image.Point, crop image.Rectangle) region {
	x := float64(size.X) / float64(scaled.X)
	y := float64(size.Y) / float64(scaled.Y)
	return region{float64(crop.Min.X) * x, float64(crop.Min.Y) * y, float64(crop.Max.X) * x, float64(crop.Max.Y) * y}
}
