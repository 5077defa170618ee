package pixels

import "image"

// ChromaFactors returns how many pixels share a chroma sample, horizontally and vertically.
func ChromaFactors(ratio image.YCbCrSubsampleRatio) (dx, dy int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}
