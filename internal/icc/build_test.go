package icc

import (
	"encoding/binary"
	"math"
)

// The tests build their profiles here. The profiles do not describe real devices.

var be = binary.BigEndian

func u16(v float64) []byte { return be.AppendUint16(nil, uint16(math.Round(clip(v)*65535))) }
func u32(v int) []byte     { return be.AppendUint32(nil, uint32(v)) }
func s15(v float64) []byte { return be.AppendUint32(nil, uint32(int32(math.Round(v*65536)))) }

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

type testTag struct {
	name string
	data []byte
}

// buildProfile assembles a profile. Equal tags share their data, as in real profiles.
func buildProfile(version byte, class, space, pcs string, tags ...testTag) []byte {
	tags = append(tags, testTag{"wtpt", xyz(d50)}, testTag{"desc", textTag(version, "test")}, testTag{"cprt", textTag(version, "CC0")})
	head := make([]byte, headerSize)
	head[8] = version
	copy(head[12:], class+space+pcs)
	copy(head[36:], "acsp")
	copy(head[68:], join(s15(d50[0]), s15(d50[1]), s15(d50[2])))
	b := append(head, u32(len(tags))...)
	offset := len(b) + 12*len(tags)
	var body []byte
	seen := map[string]int{}
	for _, t := range tags {
		at, ok := seen[string(t.data)]
		if !ok {
			at = offset + len(body)
			seen[string(t.data)] = at
			body = append(body, padded(append([]byte(nil), t.data...))...)
		}
		b = append(b, t.name...)
		b = append(b, u32(at)...)
		b = append(b, u32(len(t.data))...)
	}
	b = append(b, body...)
	copy(b, u32(len(b)))
	return b
}

func textTag(version byte, s string) []byte {
	if version == 2 {
		return join([]byte("desc\x00\x00\x00\x00"), u32(len(s)+1), []byte(s), make([]byte, 79))
	}
	b := join([]byte("mluc\x00\x00\x00\x00"), u32(1), u32(12), []byte("enUS"), u32(2*len(s)), u32(28))
	for _, c := range s {
		b = be.AppendUint16(b, uint16(c))
	}
	return b
}

func xyz(v vector) []byte {
	return join([]byte("XYZ \x00\x00\x00\x00"), s15(v[0]), s15(v[1]), s15(v[2]))
}

func curv(samples ...uint16) []byte {
	b := join([]byte("curv\x00\x00\x00\x00"), u32(len(samples)))
	for _, s := range samples {
		b = be.AppendUint16(b, s)
	}
	return b
}

func curvGamma(g float64) []byte { return curv(uint16(math.Round(g * 256))) }

func curvOf(n int, f func(float64) float64) []byte {
	samples := make([]uint16, n)
	for i := range samples {
		samples[i] = be.Uint16(u16(f(float64(i) / float64(n-1))))
	}
	return curv(samples...)
}

func para(kind int, p ...float64) []byte {
	b := join([]byte("para\x00\x00\x00\x00"), []byte{0, byte(kind), 0, 0})
	for _, v := range p {
		b = append(b, s15(v)...)
	}
	return b
}

// matrixProfile returns a profile with a matrix. trc has one curve for all channels, or three curves.
func matrixProfile(version byte, p Primaries, trc ...[]byte) []byte {
	m, _ := p.toXYZ()
	var tags []testTag
	for i, c := range []string{"r", "g", "b"} {
		tags = append(tags, testTag{c + "XYZ", xyz(vector{m[0][i], m[1][i], m[2][i]})}, testTag{c + "TRC", trc[i%len(trc)]})
	}
	return buildProfile(version, "mntr", "RGB ", "XYZ ", tags...)
}

var (
	displayP3 = Primaries{D65, [2]float64{0.680, 0.320}, [2]float64{0.265, 0.690}, [2]float64{0.150, 0.060}}
	adobeRGB  = Primaries{D65, [2]float64{0.64, 0.33}, [2]float64{0.21, 0.71}, [2]float64{0.15, 0.06}}
	rec2020   = Primaries{D65, [2]float64{0.708, 0.292}, [2]float64{0.170, 0.797}, [2]float64{0.131, 0.046}}
	proPhoto  = Primaries{[2]float64{0.3457, 0.3585}, [2]float64{0.7347, 0.2653}, [2]float64{0.1596, 0.8404}, [2]float64{0.0366, 0.0001}}

	srgbTRC    = para(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	rec709TRC  = para(3, 1/0.45, 1/1.099, 0.099/1.099, 1/4.5, 0.081)
	scannerTRC = func(x float64) float64 { return 0.97*math.Pow(x, 1.9+0.3*x) + 0.03*x*x*(3-2*x) }
)

var deviceMatrix, _ = adobeRGB.toXYZ()

// device is the model of the devices in the test profiles. It maps ink or light, 0 to 1, to CIELAB.
func device(in []float64) vector {
	rgb := vector{}
	for i := range 3 {
		switch len(in) {
		case 1:
			rgb[i] = in[0]
		case 3:
			rgb[i] = in[i]
		case 4:
			rgb[i] = 1 - in[i]*0.93*(1-0.1*in[(i+1)%3])
			rgb[i] *= 1 - 0.96*in[3]
		}
		rgb[i] = math.Pow(rgb[i], 2.1)
	}
	return xyzToLab(deviceMatrix.apply(rgb))
}

func xyzToLab(v vector) vector {
	f := vector{}
	for i := range 3 {
		if t := v[i] / d50[i]; t > 216.0/24389 {
			f[i] = math.Cbrt(t)
		} else {
			f[i] = t*841/108 + 4.0/29
		}
	}
	return vector{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// labV2, labV4 and codedXYZ encode colors of the profile connection space as 0 to 1.
func labV2(v vector) vector {
	return vector{v[0] / 100 * 65280 / 65535, (v[1] + 128) * 256 / 65535, (v[2] + 128) * 256 / 65535}
}
func labV4(v vector) vector { return vector{v[0] / 100, (v[1] + 128) / 255, (v[2] + 128) / 255} }
func codedXYZ(v vector) vector {
	f := vector{(v[0]+16)/116 + v[1]/500, (v[0] + 16) / 116, (v[0]+16)/116 - v[2]/200}
	for i := range f {
		f[i] = fromLab(f[i]) * d50[i] * 32768 / 65535
	}
	return f
}

// xyzMatrix converts linear light to encoded CIE XYZ.
func xyzMatrix(p Primaries) (b []byte) {
	m, _ := p.toXYZ()
	for _, row := range m {
		for _, v := range row {
			b = append(b, s15(v*32768/65535)...)
		}
	}
	return append(b, make([]byte, 12)...)
}

var allProfiles = buildProfiles()

// testProfiles has all profiles by name. Tests must not modify them.
func testProfiles() map[string][]byte { return allProfiles }

func buildProfiles() map[string][]byte {
	a2b := func(version byte, space, pcs string, table []byte) []byte {
		return buildProfile(version, "scnr", space, pcs, testTag{"A2B0", table})
	}
	var wrong [9]uint16 // a perceptual table; it must not be used, because the profile also has a colorimetric one
	pow := func(g float64) func(float64) float64 { return func(x float64) float64 { return math.Pow(x, g) } }
	return map[string][]byte{
		"display-p3-v4":         matrixProfile(4, displayP3, srgbTRC),
		"adobe-rgb-v2":          matrixProfile(2, adobeRGB, curvGamma(563.0/256)),
		"prophoto-v2":           matrixProfile(2, proPhoto, curvGamma(1.8)),
		"prophoto-para-v4":      matrixProfile(4, proPhoto, para(3, 1.8, 1, 0, 1.0/16, 1.0/32)),
		"rec2020-v4":            matrixProfile(4, rec2020, rec709TRC),
		"srgb-v4":               matrixProfile(4, SRGB, srgbTRC),
		"srgb-sampled-v2":       matrixProfile(2, SRGB, curvOf(1024, func(x float64) float64 { return srgbCurve.at(x) })),
		"linear-v2":             matrixProfile(2, SRGB, curv()),
		"gamma-para0-v4":        matrixProfile(4, displayP3, para(0, 2.35)),
		"para1-v4":              matrixProfile(4, adobeRGB, para(1, 2.2, 1.1, -0.1)),
		"para2-v4":              matrixProfile(4, adobeRGB, para(2, 2.2, 0.95, -0.02, 0.03)),
		"para4-v4":              matrixProfile(4, adobeRGB, para(4, 2.4, 0.93, 0.055, 0.08, 0.045, 0.01, 0.002)),
		"scanner-sampled-v2":    matrixProfile(2, adobeRGB, curvOf(256, scannerTRC), curvOf(33, scannerTRC), curvOf(4096, pow(2))),
		"gray-gamma22-v2":       buildProfile(2, "mntr", "GRAY", "XYZ ", testTag{"kTRC", curvGamma(2.2)}),
		"gray-lab-v2":           buildProfile(2, "mntr", "GRAY", "Lab ", testTag{"kTRC", curvOf(64, pow(1.3))}),
		"gray-dotgain-v4":       buildProfile(4, "prtr", "GRAY", "XYZ ", testTag{"kTRC", curvOf(256, scannerTRC)}),
		"rgb-lut8-lab-v2":       a2b(2, "RGB ", "Lab ", lutTables(1, 3, 17, labV4, same)),
		"rgb-lut16-lab-v2":      a2b(2, "RGB ", "Lab ", lutTables(2, 3, 9, labV2, same)),
		"rgb-lut16-lab-v4":      a2b(4, "RGB ", "Lab ", lutTables(2, 3, 11, labV2, same)),
		"rgb-lut16-xyz-v2":      a2b(2, "RGB ", "XYZ ", lutTables(2, 3, 33, codedXYZ, same)),
		"rgb-lut16-output-v2":   a2b(2, "RGB ", "Lab ", lutTables(2, 3, 9, labV2, func(x float64) float64 { return x + 0.05*math.Sin(2*math.Pi*x) })),
		"rgb-mab-b-v4":          a2b(4, "RGB ", "Lab ", lutAToB(3, nil, nil, nil, nil, repeat(3, para(0, 1.2)))),
		"rgb-mab-m-matrix-b-v4": a2b(4, "RGB ", "XYZ ", lutAToB(3, nil, nil, repeat(3, srgbTRC), xyzMatrix(displayP3), repeat(3, curv()))),
		"rgb-mab-clut8-v4":      a2b(4, "RGB ", "Lab ", lutAToB(3, repeat(3, curv()), gridOf(1, labV4, same, 9, 17, 13), nil, nil, repeat(3, curv()))),
		"rgb-mab-all-v4":        a2b(4, "RGB ", "XYZ ", lutAToB(3, repeat(3, para(0, 0.5)), gridOf(2, codedXYZ, pow(2), 17, 9, 21), repeat(3, para(0, 1.1)), identityMatrix(0.01), repeat(3, curvOf(20, pow(0.95))))),
		"rgb-a2b1-v2":           buildProfile(2, "scnr", "RGB ", "Lab ", testTag{"A2B0", curv(wrong[:]...)}, testTag{"A2B1", lutTables(2, 3, 7, labV2, same)}),
		"gray-lut16-lab-v2":     a2b(2, "GRAY", "Lab ", lutTables(2, 1, 17, labV2, same)),
		"cmyk-lut8-lab-v2":      buildProfile(2, "prtr", "CMYK", "Lab ", testTag{"A2B0", lutTables(1, 4, 9, labV4, same)}),
		"cmyk-lut16-lab-v2":     buildProfile(2, "prtr", "CMYK", "Lab ", testTag{"A2B0", lutTables(2, 4, 7, labV2, same)}),
		"cmyk-lut16-xyz-v4":     buildProfile(4, "prtr", "CMYK", "XYZ ", testTag{"A2B0", lutTables(2, 4, 9, codedXYZ, same)}),
		"cmyk-mab-v4":           buildProfile(4, "prtr", "CMYK", "Lab ", testTag{"A2B0", lutAToB(4, repeat(4, para(0, 0.9)), gridOf(2, labV4, pow(1/0.9), 5, 7, 6, 9), nil, nil, repeat(3, curv()))}),
	}
}

// identityMatrix returns a matrix that only adds an offset to each value.
func identityMatrix(offset float64) (b []byte) {
	for i := range 12 {
		switch {
		case i >= 9:
			b = append(b, s15(offset)...)
		case i%4 == 0:
			b = append(b, s15(1)...)
		default:
			b = append(b, s15(0)...)
		}
	}
	return b
}
