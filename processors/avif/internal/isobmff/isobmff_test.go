package isobmff

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pack makes a box.
func pack(kind string, content ...[]byte) []byte {
	b := append(make([]byte, 4), kind...)
	for _, c := range content {
		b = append(b, c...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func be32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// file has the item 1, with an ispe of 10×20, and the item 2, the primary one, with the given
// properties, which are essential.
func file(properties ...[]byte) []byte { return fileOf("av01", properties...) }

// fileOf is a file whose primary item is of that type; item 3 is the tile of a grid, with the first
// property.
func fileOf(kind string, properties ...[]byte) []byte {
	ipco := append([][]byte{pack("ispe", be32(0, 10, 20))}, properties...)
	ipma := append(be32(0, 3), 0, 1, 1, 1, 0, 3, 1, 2, 0, 2, byte(len(properties)))
	for i := range properties {
		ipma = append(ipma, byte(i+2)|0x80)
	}
	infe := func(item byte, kind string) []byte {
		return pack("infe", []byte{2, 0, 0, 0, 0, item, 0, 0}, []byte(kind), []byte{0})
	}
	meta := pack("meta", be32(0), pack("pitm", be32(0), []byte{0, 2}),
		pack("iinf", be32(0), []byte{0, 3}, infe(1, "av01"), infe(2, kind), infe(3, "av01")),
		pack("iref", be32(0), pack("auxl", []byte{0, 1, 0, 1, 0, 2}), pack("dimg", []byte{0, 2, 0, 2, 0, 3, 0, 1})),
		pack("iprp", pack("ipco", ipco...), pack("ipma", ipma)))
	return append(pack("ftyp", []byte("avif")), append(pack("free", make([]byte, 100)), meta...)...)
}

func TestThePropertiesOfThePrimaryItemCount(t *testing.T) {
	size := pack("ispe", be32(0, 300, 200))
	for want, properties := range map[Picture][][]byte{
		{}:                            {size},
		{Deep: true}:                  {size, pack("av1C", []byte{0x81, 0, 0x40, 0})},
		{Turns: 3, Mirror: TopBottom}: {size, pack("irot", []byte{3}), pack("imir", []byte{0})},
		{Turns: 1, Mirror: LeftRight, Deep: true}: {size, pack("irot", []byte{1}), pack("imir", []byte{1}), pack("pixi", be32(0), []byte{1, 10})},
		{Clip: image.Rect(10, 0, 110, 50)}:        {pack("clap", be32(100, 1, 100, 2, minus(90), 1, minus(75), 1)), size},
	} {
		want.Width, want.Height = 300, 200
		if want.Clip.Empty() {
			want.Clip = image.Rect(0, 0, 300, 200)
		}
		got, err := Read(bytes.NewReader(file(properties...)))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func minus(v int32) uint32 { return uint32(-v) }

func TestACleanApertureIsClippedToThePicture(t *testing.T) {
	all := image.Rect(0, 0, 12, 34)
	for _, c := range []struct {
		clap []byte
		want image.Rectangle
	}{
		{be32(8, 1, 10, 1, 2, 1, minus(6), 1), image.Rect(4, 6, 12, 16)},
		{be32(11, 1, 33, 1, 1, 2, minus(1), 2), image.Rect(1, 0, 12, 33)},
		{be32(7, 1, 9, 1, 0, 1, 0, 1), image.Rect(3, 13, 10, 22)}, // two and a half, and twelve and a half
		{be32(12, 1, 34, 1, 6, 1, 0, 1), image.Rect(6, 0, 12, 34)},
		{be32(100, 1, 100, 1, 0, 1, 0, 1), all},
		{be32(0, 1, 10, 1, 0, 1, 0, 1), all},
		{be32(8, 1, 10, 1, 50, 1, 0, 1), all},
		{be32(8, 0, 10, 1, 0, 1, 0, 1), all},
		{be32(1<<32-1, 1, 1<<32-1, 1, 1<<31, 1, 1<<31-1, 1), image.Rect(0, 17, 5, 34)},
		{be32(8, 1), all},
		{nil, all},
	} {
		assert.Equal(t, c.want, cleanAperture(c.clap, 12, 34), "%v", c.clap)
	}
	half, little := be32(4000, 1, 2000, 1, 0, 1, 0, 1), be32(1000, 1, 1000, 1, 0, 1, 0, 1)
	assert.Equal(t, image.Rect(0, 1000, 4000, 3000), cleanAperture(half, 4000, 4000))
	assert.Equal(t, image.Rect(0, 0, 4000, 4000), cleanAperture(little, 4000, 4000), "much would be decoded for little")
	assert.Equal(t, image.Rect(500, 500, 1500, 1500), cleanAperture(little, 2000, 2000))
}

func TestPixelsAreNotRead(t *testing.T) {
	header := file(pack("ispe", be32(0, 3, 2)))
	r := bytes.NewReader(append(header, make([]byte, 1000)...))
	_, err := Read(r)
	require.NoError(t, err)
	assert.Equal(t, 1000, r.Len())
}

func TestHeadersWithoutAPictureAreErrors(t *testing.T) {
	whole := file(pack("ispe", be32(0, 3, 2)))
	for n := range whole {
		_, err := Read(bytes.NewReader(whole[:n]))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes", n)
	}
	for name, b := range map[string][]byte{
		"no size":           file(),
		"an empty size":     file(pack("ispe", be32(0, 0, 2))),
		"an empty item":     pack("meta", be32(0), pack("pitm")),
		"no type":           fileOf("", pack("ispe", be32(0, 3, 2))),
		"a huge header":     append(be32(1<<30), "meta"...),
		"a box of no size":  append(be32(0), "mdat"...),
		"a box of 2^60":     append(append(be32(1), "mdat"...), be32(1<<28, 0)...),
		"a box of 3 bytes":  append(be32(3), "meta"...),
		"an empty meta box": pack("meta"),
	} {
		_, err := Read(bytes.NewReader(b))
		assert.Error(t, err, name)
		assert.NotErrorIs(t, err, image.ErrFormat, name)
	}
}

func TestPicturesThatCannotBeShownAreOfAnotherFormat(t *testing.T) {
	size := pack("ispe", be32(0, 3, 2))
	moov := append(pack("ftyp", []byte("avis")), pack("moov", make([]byte, 30))...)
	for name, b := range map[string][]byte{
		"a sequence alone":                    moov,
		"a sequence alone, and its pixels":    append(bytes.Clone(moov), append(be32(0), "mdat"...)...),
		"a sequence, and metadata":            append(bytes.Clone(moov), pack("meta", be32(0), pack("hdlr"))...),
		"another codec":                       fileOf("hvc1", size),
		"a picture derived in another way":    fileOf("tmap", size),
		"an essential property of the future": file(size, pack("turn", []byte{1})),
	} {
		_, err := Read(bytes.NewReader(b))
		assert.ErrorIs(t, err, image.ErrFormat, name)
	}
	_, err := Read(bytes.NewReader(append(moov, 0, 0, 0)))
	assert.NotErrorIs(t, err, image.ErrFormat, "cut off")
}

// A grid has no av1C, and need not have pixi.
func TestAGridIsAsDeepAsItsTiles(t *testing.T) {
	deep, size := pack("av1C", []byte{0x81, 0, 0x40, 0}), pack("ispe", be32(0, 3, 2))
	for kind, want := range map[string]bool{"grid": true, "av01": false} {
		b := fileOf(kind, deep, size)
		// The primary item has the size alone.
		i := bytes.Index(b, []byte("ipma")) + 4 + 8 + 4 + 4
		copy(b[i:], []byte{0, 2, 1, 3})
		p, err := Read(bytes.NewReader(b))
		require.NoError(t, err)
		assert.Equal(t, want, p.Deep, kind)
	}
}

// Very many of the properties are the picture's.
func TestVeryManyPropertiesCostLittle(t *testing.T) {
	ipma := append(be32(0, 1<<31), bytes.Repeat(append([]byte{0, 2, 255}, bytes.Repeat([]byte{1}, 255)...), 18000)...)
	file := pack("meta", be32(0), pack("pitm", be32(0), []byte{0, 2}),
		pack("iinf", be32(0), []byte{0, 1}, pack("infe", []byte{2, 0, 0, 0, 0, 2, 0, 0}, []byte("av01"))),
		pack("iprp", pack("ipco", pack("ispe", be32(0, 3, 2))), pack("ipma", ipma)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(12*len(file)))
}

func FuzzRead(f *testing.F) {
	f.Add(file(pack("ispe", be32(0, 3, 2)), pack("irot", []byte{3}), pack("imir", []byte{0}), pack("clap", be32(1, 1, 1, 1, 1, 2, 0, 1))))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(bytes.NewReader(b))
		if err == nil {
			assert.Positive(t, p.Width)
			assert.Positive(t, p.Height)
			assert.False(t, p.Clip.Empty())
			assert.True(t, p.Clip.In(image.Rect(0, 0, p.Width, p.Height)))
		}
	})
}
