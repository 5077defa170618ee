package ssimulacra2

import (
	"image"
	"image/draw"
	"math"
)

// pyramid returns a picture at all scales that minSide allows, reduced in linear light.
func pyramid(img image.Image) (levels []level) {
	linear, w, h := linearRGB(img)
	for range scales {
		if w < minSide || h < minSide {
			break
		}
		if levels != nil {
			for c := range linear {
				linear[c] = halved(linear[c], w, h)
			}
			w, h = (w+1)/2, (h+1)/2
		}
		levels = append(levels, level{w: w, h: h, image: xyb(&linear)})
	}
	return levels
}

// linearRGB returns the planes of a picture, 0 to 1.
func linearRGB(img image.Image) (planes [3][]float32, w, h int) {
	b := img.Bounds()
	w, h = b.Dx(), b.Dy()
	rgba, ok := img.(*image.RGBA)
	if !ok {
		rgba = image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(rgba, rgba.Rect, img, b.Min, draw.Src)
	}
	for c := range planes {
		planes[c] = make([]float32, w*h)
		for y := range h {
			row := rgba.Pix[rgba.PixOffset(rgba.Rect.Min.X, rgba.Rect.Min.Y+y):]
			for x := range w {
				planes[c][y*w+x] = toLinear[row[4*x+c]]
			}
		}
	}
	return planes, w, h
}

// toLinear undoes the transfer function of sRGB (IEC 61966-2-1).
var toLinear = func() (t [256]float32) {
	for i := range t {
		v := float64(i) / 255
		if v <= 0.04045 {
			t[i] = float32(v / 12.92)
		} else {
			t[i] = float32(math.Pow((v+0.055)/1.055, 2.4))
		}
	}
	return t
}()

// halved returns the means of 2×2 samples. At an odd border, the last samples count twice.
func halved(p []float32, w, h int) []float32 {
	out := make([]float32, 0, (w+1)/2*((h+1)/2))
	for y := 0; y < h; y += 2 {
		upper, lower := p[y*w:][:w], p[min(y+1, h-1)*w:][:w]
		for x := 0; x < w; x += 2 {
			right := min(x+1, w-1)
			out = append(out, (upper[x]+upper[right]+lower[x]+lower[right])/4)
		}
	}
	return out
}

// The opsin absorbance matrix and bias of ISO/IEC 18181-1.
const (
	bias = 0.0037930732552754493

	m00, m01, m02 = 0.30, 0.622, 0.078
	m10, m11, m12 = 0.23, 0.692, 0.078
	m20, m21, m22 = 0.24342268924547819, 0.20476744424496821, 0.5518098665095536
)

// xyb returns X, Y and B − Y, each scaled to approximately 0 to 1.
func xyb(rgb *[3][]float32) (out [3][]float32) {
	root := math.Cbrt(bias)
	for c := range out {
		out[c] = make([]float32, len(rgb[0]))
	}
	for i := range rgb[0] {
		r, g, b := float64(rgb[0][i]), float64(rgb[1][i]), float64(rgb[2][i])
		l := math.Cbrt(m00*r+m01*g+m02*b+bias) - root
		m := math.Cbrt(m10*r+m11*g+m12*b+bias) - root
		s := math.Cbrt(m20*r+m21*g+m22*b+bias) - root
		y := (l + m) / 2
		out[0][i] = float32((l-m)/2*14 + 0.42)
		out[1][i] = float32(y + 0.01)
		out[2][i] = float32(s - y + 0.55)
	}
	return out
}
