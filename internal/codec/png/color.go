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

// colors holds the contents of the color chunks; nil means absent.
type colors struct {
	cICP, iCCP, sRGB, cHRM, gAMA []byte
}

// maxProfile is the maximum size of an ICC profile in bytes; a larger one is ignored.
const maxProfile = 4 << 20

// readColor implements Format.Color with the precedence of 4.3: cICP, iCCP, sRGB, then cHRM with gAMA. If there are
// several chunks of one type, the first one applies. An invalid chunk, or one with unknown values, is ignored.
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

// codePoints reads cICP (11.3.2.6). It returns nil if the chunk is absent or has unknown or reserved values. The matrix
// must be 0, because PNG samples are RGB.
func (all *colors) codePoints() *codec.CICP {
	b := all.cICP
	if len(b) != 4 || b[2] != 0 || b[3] > 1 {
		return nil
	}
	const primaries, transfers = 1<<1 | 0x1ff0 | 1<<22, 0xf9f2 | 1<<16 | 1<<17 | 1<<18 // bit n is set if value n of ITU-T H.273, table 2 or 3, describes colors
	if b[0] > 31 || b[1] > 31 || uint32(primaries)>>b[0]&1 == 0 || uint32(transfers)>>b[1]&1 == 0 {
		return nil
	}
	return &codec.CICP{Primaries: b[0], Transfer: b[1], FullRange: b[3] == 1}
}

// inflateProfile returns the ICC profile in an iCCP chunk (11.3.2.3), which holds a name, a method and a zlib stream. It
// inflates at most the size that the header of the profile declares. It returns nil if the profile is invalid.
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

// gamma returns the contents of gAMA and cHRM. Where the standard leaves the choice to the decoder, gamma follows
// Chromium. cHRM without gAMA is ignored. gAMA without cHRM implies the primaries of sRGB. Such a gAMA within 5 % of
// 1/2.2 means sRGB, because writers of sRGB store that value.
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
