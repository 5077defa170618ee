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

// readColor implements Format.Color with the precedence of 4.3: cICP, iCCP, sRGB, then gAMA with cHRM. A description that
// can't be used gives way to the next one: see codec.Color.Else. If there are several chunks of one type, the first one
// applies. An invalid chunk, or one with unknown values, is ignored.
func readColor(ctx context.Context, data []byte, _ *codec.Header) (codec.Color, error) {
	var f file
	w, err := f.open(codec.NewBytesReader(ctx, data))
	if err != nil {
		return codec.Color{}, err
	}
	var all colors
	if _, _, err := f.chunks(w, func(c chunk) error { return all.chunk(w, c) }); err != nil {
		return codec.Color{}, err
	}
	profile, err := inflateProfile(ctx, all.iCCP)
	if err != nil {
		return codec.Color{}, err
	}
	var c *codec.Color
	if len(all.sRGB) != 1 || all.sRGB[0] > 3 { // not a rendering intent
		c = all.gamma()
	}
	if profile != nil {
		c = &codec.Color{Profile: profile, Else: c}
	}
	if points := all.codePoints(); points != nil {
		c = &codec.Color{CICP: points, Else: c}
	}
	if c == nil {
		c = new(codec.Color)
	}
	if f.Color == colorGray || f.Color == colorGrayAlpha {
		c.Space = codec.SpaceGray
	}
	return *c, nil
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

// codePoints reads cICP (11.3.2.6). It returns nil if the chunk is absent or invalid. The matrix must be 0, because PNG
// samples are RGB.
func (all *colors) codePoints() *codec.CICP {
	b := all.cICP
	if len(b) != 4 || b[2] != 0 || b[3] > 1 {
		return nil
	}
	return &codec.CICP{Primaries: b[0], Transfer: b[1], FullRange: b[3] == 1}
}

// maxBehind is the maximum number of bytes behind the profile in an iCCP chunk, after decompression.
const maxBehind = 64 << 10

// inflateProfile returns the ICC profile in an iCCP chunk (11.3.2.3), which holds a name, a method and a zlib stream. It
// keeps only as many bytes as the header of the profile declares. It returns nil if the profile has fewer bytes, or if it
// is invalid.
func inflateProfile(ctx context.Context, chunk []byte) ([]byte, error) {
	i := bytes.IndexByte(chunk, 0) // -1 if the chunk is absent
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
	_, err = io.ReadFull(r, profile[copy(profile, head[:]):])
	if err == nil {
		_, err = io.CopyN(io.Discard, r, maxBehind) // the checksum follows the data
	}
	if err != io.EOF {
		codec.AccountOf(ctx).Give(size)
		return nil, ctx.Err()
	}
	return profile, ctx.Err()
}

// gamma returns the contents of gAMA and cHRM, or nil if these chunks are absent or mean sRGB. Where the standard leaves
// the choice to the decoder, gamma follows Chromium. cHRM without gAMA is ignored. gAMA without cHRM implies the primaries
// of sRGB. Such a gAMA within 5 % of 1/2.2 means sRGB, because writers of sRGB store that value.
func (all *colors) gamma() *codec.Color {
	if len(all.gAMA) != 4 {
		return nil
	}
	c := &codec.Color{Gamma: float64(binary.BigEndian.Uint32(all.gAMA)) / 100000}
	if len(all.cHRM) == 32 { // 11.3.2.1
		c.Primaries = new([8]float64)
		for i := range c.Primaries {
			c.Primaries[i] = float64(binary.BigEndian.Uint32(all.cHRM[4*i:])) / 100000
		}
	}
	if c.Gamma == 0 || c.Primaries == nil && math.Abs(float64(c.Gamma*2.2)-1) < 0.05 {
		return nil
	}
	return c
}
