package colorspace

import (
	"context"
	"encoding/binary"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// profileOf returns a version 2 profile. tags are pairs of a four-letter name and its data.
func profileOf(space string, tags ...string) []byte {
	b := make([]byte, 128)
	b[8] = 2
	copy(b[12:], "mntr"+space+"XYZ ")
	copy(b[36:], "acsp")
	copy(b[68:], numbers(0xf6d6, 0x10000, 0xd32d))
	tags = append(tags, "wtpt"+xyzTag(0xf6d6, 0x10000, 0xd32d), "desc"+"desc\x00\x00\x00\x00\x00\x00\x00\x05test\x00"+string(make([]byte, 79)), "cprttext\x00\x00\x00\x00CC0\x00")
	b = append(b, numbers(uint32(len(tags)))...)
	at := len(b) + 12*len(tags)
	var data []byte
	for _, t := range tags {
		b = append(b, t[:4]...)
		b = append(b, numbers(uint32(at+len(data)), uint32(len(t)-4))...)
		data = append(data, t[4:]...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	b = append(b, data...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func xyzTag(x, y, z uint32) string { return "XYZ \x00\x00\x00\x00" + string(numbers(x, y, z)) }

func gammaTag(g float64) string {
	return "curv\x00\x00\x00\x00\x00\x00\x00\x01" + string([]byte{byte(g), byte((g - float64(int(g))) * 256)})
}

// p3Profile has the primaries of Display P3 and a gamma of 2.2.
func p3Profile() []byte {
	g := gammaTag(2.2)
	return profileOf("RGB ", "rXYZ"+xyzTag(0x83df, 0x3dbf, 0xffffffbb), "gXYZ"+xyzTag(0x4abf, 0xb137, 0x0ab9), "bXYZ"+xyzTag(0x2838, 0x110b, 0xc8b9), "rTRC"+g, "gTRC"+g, "bTRC"+g)
}

// grayProfile has a gamma of 1.5.
func grayProfile() []byte { return profileOf("GRAY", "kTRC"+gammaTag(1.5)) }

func apply(t *icc.Transform, img image.Image) image.Image {
	out, err := t.Apply(context.Background(), img)
	if err != nil {
		panic(err)
	}
	return out
}

// Of returns the conversion for the colors of a file.
func Of(format string, file []byte) *icc.Transform {
	for _, f := range []*codec.Format{jpeg.Format, png.Format, gif.Format, webp.Format, tiff.Format, bmp.Format} {
		if f.Name != format {
			continue
		}
		ctx := context.Background()
		h, err := f.Header(ctx, codec.NewBytesReader(ctx, file))
		if err != nil {
			return nil
		}
		c, err := f.Color(ctx, file, &h)
		if err != nil {
			return nil
		}
		t, err := Transform(ctx, c)
		if err != nil {
			panic(err)
		}
		return t
	}
	return nil
}

const iccMarker = "ICC_PROFILE\x00"
