package colorspace

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"

	"github.com/klauspost/compress/zlib"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// A pngColour holds the contents of the chunks of a PNG that say something of its colours; nil is
// absent.
type pngColour struct {
	space                        icc.Space
	cICP, iCCP, sRGB, cHRM, gAMA []byte
}

// ofPNG follows the precedence of PNG, third edition, 4.3: cICP, iCCP, sRGB, then cHRM with gAMA. A
// chunk that is broken, or says what is not known here, is passed over.
func ofPNG(file []byte) *icc.Transform {
	p := readPNG(file)
	if t, ok := p.codePoints(); ok {
		return t
	}
	if p.iCCP != nil {
		f := found{p.space, inflateProfile(p.iCCP)}
		if t, err := profiles.Parse(context.Background(), f.profile); err == nil && (t.Identity() || f.transform() != nil) {
			return f.transform()
		}
	}
	if len(p.sRGB) == 1 && p.sRGB[0] < 4 { // a rendering intent
		return nil
	}
	return p.gamma()
}

// readPNG reads the chunks up to the pixels. The first one of its kind counts, those with a wrong
// checksum don't.
func readPNG(file []byte) (p pngColour) {
	for b := file[min(8, len(file)):]; len(b) >= 12; {
		n, name := uint64(binary.BigEndian.Uint32(b)), string(b[4:8])
		if n+12 > uint64(len(b)) || name == "IDAT" {
			return p
		}
		data, sound := b[8:8+n:8+n], binary.BigEndian.Uint32(b[8+n:]) == crc32.ChecksumIEEE(b[4:8+n])
		b = b[12+n:]
		var chunk *[]byte
		switch name {
		case "IHDR":
			p.space = icc.RGB
			if n == 13 && data[9]&2 == 0 {
				p.space = icc.Gray
			}
			continue
		case "cICP":
			chunk = &p.cICP
		case "iCCP":
			chunk = &p.iCCP
		case "sRGB":
			chunk = &p.sRGB
		case "cHRM":
			chunk = &p.cHRM
		case "gAMA":
			chunk = &p.gAMA
		default:
			continue
		}
		if *chunk == nil && sound {
			*chunk = data
		}
	}
	return p
}

// inflateProfile returns the profile in an iCCP chunk (11.3.2.3): a name, a method, and a zlib
// stream. No more is inflated than the header of the profile announces, which is little if it is
// none. It returns nil if it is broken.
func inflateProfile(chunk []byte) []byte {
	i := bytes.IndexByte(chunk, 0)
	if i < 1 || i > 79 || len(chunk) < i+2 || chunk[i+1] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(chunk[i+2:]))
	if err != nil {
		return nil
	}
	defer r.Close()
	const header = 128
	var profile bytes.Buffer
	if _, err := io.CopyN(&profile, r, header); err != nil || string(profile.Bytes()[36:40]) != "acsp" {
		return nil
	}
	size := int64(binary.BigEndian.Uint32(profile.Bytes()))
	if size <= header || size > icc.MaxProfile {
		return nil
	}
	if _, err := io.CopyN(&profile, r, size-header); err != nil && err != io.EOF {
		return nil
	}
	return profile.Bytes()
}

// gamma is the Transform that gAMA and cHRM ask for. Three things that the standard leaves open are
// as Chromium has them: cHRM counts only beside gAMA; gAMA without cHRM has the primaries of sRGB;
// and it is then sRGB itself if it is within 5 % of 1/2.2, which is what writers of sRGB put there.
func (p pngColour) gamma() *icc.Transform {
	if len(p.gAMA) != 4 {
		return nil
	}
	g := float64(binary.BigEndian.Uint32(p.gAMA)) / 100000
	primaries, ok := p.chromaticities()
	if g == 0 || !ok && math.Abs(g*2.2-1) < 0.05 {
		return nil
	}
	return usable(icc.New(primaries, icc.TransferFunc(func(x float64) float64 { return math.Pow(x, 1/g) }), false))
}

// chromaticities reads cHRM (11.3.2.1). ok is false if it is absent.
func (p pngColour) chromaticities() (c icc.Primaries, ok bool) {
	if len(p.cHRM) != 32 {
		return icc.SRGB, false
	}
	b := p.cHRM
	for _, xy := range []*[2]float64{&c.White, &c.Red, &c.Green, &c.Blue} {
		for i := range xy {
			xy[i] = float64(binary.BigEndian.Uint32(b)) / 100000
			b = b[4:]
		}
	}
	return c, true
}

// usable is nil of a Transform that is broken or has nothing to do.
func usable(t *icc.Transform, err error) *icc.Transform {
	if err != nil || t.Identity() {
		return nil
	}
	return t
}
