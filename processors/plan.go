package processors

import "image"

// locateSide is the length in pixels that the shorter side of a picture has at least when a Locator
// looks at it, unless the original is smaller.
const locateSide = smartSide

// ResultSize returns the size in pixels of what p will make of an upright original of that size, if
// p is a [Planner]. Otherwise ok is false: only the result tells.
func ResultSize(p Processor, original image.Point, width, height int) (size image.Point, ok bool) {
	planner, ok := p.(Planner)
	if !ok {
		return image.Point{}, false
	}
	_, crop := planner.Plan(original, width, height)
	return crop.Size(), true
}

// MinDecode returns the size in pixels in which p needs the whole upright picture. Given that,
// [Decode] guarantees a result as good as from the original. The zero Point stands for the original
// size.
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
