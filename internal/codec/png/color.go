package png

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// colors holds the contents of the chunks that say something of colors; nil is absent.
type colors struct {
	cICP, iCCP, sRGB, cHRM, gAMA []byte
}

// maxProfile is the size in bytes beyond which a profile is not read.
const maxProfile = 4 << 20

// readColor follows the precedence of 4.3: cICP, iCCP, sRGB, then cHRM with gAMA. The first chunk of
// its kind counts. One that is broken, or says what is not known, is passed over.
func readColor(ctx context.Context, data []byte, _ *codec.Header) (c codec.Color, err error) {
	var f file
	w, err := f.open(codec.NewBytesReader(ctx, data))
	if err != nil {
		return c, err
	}
	if f.Color == colorGray || f.Color == colorGrayAlpha {
		c.Space = codec.SpaceGray
	}
	var all colors
	if _, _, err := f.chunks(w, func(c chunk) error { return all.chunk(w, c) }); err != nil {
		return c, err
	}
	if c.CICP = all.codePoints(); c.CICP != nil {
		return c, nil
	}
	if all.iCCP != nil {
		if c.Profile, err = inflateProfile(ctx, all.iCCP); err != nil || c.Profile != nil {
			return c, err
		}
	}
	if len(all.sRGB) == 1 && all.sRGB[0] < 4 { // a rendering intent
		return c, nil
	}
	c.Gamma, c.Primaries = all.gamma()
	return c, nil
}

func (all *colors) chunk(w *walker, c chunk) error {
	to := map[string]*[]byte{"cICP": &all.cICP, "iCCP": &all.iCCP, "sRGB": &all.sRGB, "cHRM": &all.cHRM, "gAMA": &all.gAMA}[string(c.name[:])]
	if to == nil || *to != nil {
		return nil
	}
	data, sound, err := w.data(c, maxProfile)
	if sound {
		*to = data
	}
	return err
}

// codePoints reads cICP (11.3.2.6). It is nil if there is none, or one of unknown or reserved values.
// Samples of a PNG are RGB, so its matrix is 0.
func (all *colors) codePoints() *codec.CICP {
	b := all.cICP
	if len(b) != 4 || b[2] != 0 || b[3] > 1 {
		return nil
	}
	const primaries, transfers = 1<<1 | 0x1ff0 | 1<<22, 0xf9f2 | 1<<16 | 1<<17 | 1<<18 // those of ITU-T H.273, tables 2 and 3, that describe colors
	if b[0] > 31 || b[1] > 31 || uint32(primaries)>>b[0]&1 == 0 || uint32(transfers)>>b[1]&1 == 0 {
		return nil
	}
	return &codec.CICP{Primaries: b[0], Transfer: b[1], FullRange: b[3] == 1}
}

// inflateProfile returns the profile in an iCCP chunk (11.3.2.3): a name, a method, and a zlib
// stream. No more is inflated than the header of the profile announces, which is little if it is
// none. It returns nil if it is broken.
func inflateProfile(ctx context.Context, chunk []byte) ([]byte, error) {
	i := bytes.IndexByte(chunk, 0)
	if i < 1 || i > 79 || len(chunk) < i+2 || chunk[i+1] != 0 {
		return nil, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(chunk[i+2:]))
	if err != nil {
		return nil, nil
	}
	defer r.Close()
	const header = 128
	var head [header]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[36:40]) != "acsp" {
		return nil, nil
	}
	size := int64(binary.BigEndian.Uint32(head[:]))
	if size <= header || size > maxProfile || size > maxInflation*int64(len(chunk)) {
		return nil, nil
	}
	profile, err := codec.Bytes(ctx, int(size))
	if err != nil {
		return nil, err
	}
	n, err := io.ReadFull(r, profile[copy(profile, head[:]):])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil
	}
	return profile[:header+n], ctx.Err()
}

// gamma is what gAMA and cHRM say. Three things that the standard leaves open are as Chromium has them:
// cHRM counts only beside gAMA; gAMA without cHRM has the primaries of sRGB; and it is then sRGB itself
// if it is within 5 % of 1/2.2, which is what writers of sRGB put there.
func (all *colors) gamma() (gamma float64, primaries *[8]float64) {
	if len(all.gAMA) != 4 {
		return 0, nil
	}
	g := float64(binary.BigEndian.Uint32(all.gAMA)) / 100000
	if len(all.cHRM) == 32 { // 11.3.2.1
		primaries = new([8]float64)
		for i := range primaries {
			primaries[i] = float64(binary.BigEndian.Uint32(all.cHRM[4*i:])) / 100000
		}
	}
	if g == 0 || primaries == nil && math.Abs(float64(g*2.2)-1) < 0.05 {
		return 0, nil
	}
	return g, primaries
}
