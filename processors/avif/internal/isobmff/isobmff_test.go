package isobmff

import (
	"bytes"
	"encoding/binary"
	"io"
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

// file has the item 1, with an ispe of 10×20, and the item 2, the primary one, with the given properties, of which
// ipma lists the first one never.
func file(properties ...[]byte) []byte {
	ipco := append([][]byte{pack("ispe", be32(0, 10, 20))}, properties...)
	ipma := append(be32(0, 2), 0, 1, 1, 1, 0, 2, byte(len(properties)))
	for i := range properties {
		ipma = append(ipma, byte(i+2)|0x80)
	}
	meta := pack("meta", be32(0), pack("pitm", be32(0), []byte{0, 2}), pack("iprp", pack("ipco", ipco...), pack("ipma", ipma)))
	return append(pack("ftyp", []byte("avif")), append(pack("free", make([]byte, 100)), meta...)...)
}

func TestThePropertiesOfThePrimaryItemCount(t *testing.T) {
	size := pack("ispe", be32(0, 300, 200))
	for want, properties := range map[Picture][][]byte{
		{Width: 300, Height: 200}:                                          {size},
		{Width: 300, Height: 200, Deep: true}:                              {size, pack("av1C", []byte{0x81, 0, 0x40, 0})},
		{Width: 300, Height: 200, Turns: 3, Mirror: TopBottom}:             {size, pack("irot", []byte{3}), pack("imir", []byte{0})},
		{Width: 300, Height: 200, Turns: 1, Mirror: LeftRight, Deep: true}: {size, pack("irot", []byte{1}), pack("imir", []byte{1}), pack("pixi", be32(0), []byte{1, 10})},
	} {
		got, err := Read(bytes.NewReader(file(properties...)))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
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
		"no primary item":   pack("meta", be32(0)),
		"an empty item":     pack("meta", be32(0), pack("pitm")),
		"a huge header":     append(be32(1<<30), "meta"...),
		"a box of no size":  append(be32(0), "mdat"...),
		"a box of 2^60":     append(append(be32(1), "mdat"...), be32(1<<28, 0)...),
		"a box of 3 bytes":  append(be32(3), "meta"...),
		"an empty meta box": pack("meta"),
	} {
		_, err := Read(bytes.NewReader(b))
		assert.Error(t, err, name)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(pack("ispe", be32(0, 3, 2)), pack("irot", []byte{3}), pack("imir", []byte{0})))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(bytes.NewReader(b))
		if err == nil {
			assert.Positive(t, p.Width)
			assert.Positive(t, p.Height)
		}
	})
}
