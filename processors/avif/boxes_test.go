package avif_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// with adds properties, which are whole boxes, to the picture of a file that has one item only, as
// the Encoder writes of an opaque picture.
func with(t testing.TB, file []byte, properties ...[]byte) []byte {
	t.Helper()
	at := func(kind string) int { // where the box begins
		i := bytes.Index(file, []byte(kind))
		require.Positive(t, i, kind)
		return i - 4
	}
	grow := func(i, n int) {
		binary.BigEndian.PutUint32(file[i:], binary.BigEndian.Uint32(file[i:])+uint32(n))
	}
	file = bytes.Clone(file)
	for _, p := range properties {
		ipco, ipma := at("ipco"), at("ipma")
		number := byte(1)
		for i := ipco + 8; i < ipma; i += int(binary.BigEndian.Uint32(file[i:])) {
			number++
		}
		require.Equal(t, []byte{0, 0, 0, 1}, file[ipma+12:ipma+16], "one item")
		end := ipma + int(binary.BigEndian.Uint32(file[ipma:]))
		file[ipma+18]++
		grow(ipma, 1)
		grow(ipco, len(p))
		for _, kind := range []string{"iprp", "meta"} {
			grow(at(kind), len(p)+1)
		}
		grow(at("iloc")+22, len(p)+1) // the item's offset
		file = bytes.Join([][]byte{file[:ipma], p, file[ipma:end], {number | 0x80}, file[end:]}, nil)
	}
	return file
}

// payload is the AV1 of a file that has one item only.
func payload(t testing.TB, file []byte) []byte {
	t.Helper()
	iloc := bytes.Index(file, []byte("iloc")) - 4
	require.Positive(t, iloc)
	at, n := binary.BigEndian.Uint32(file[iloc+22:]), binary.BigEndian.Uint32(file[iloc+26:])
	return file[at:][:n:n]
}

// relocate makes av1, which it appends, the first item of a file.
func relocate(t testing.TB, file, av1 []byte) []byte {
	t.Helper()
	file = append(bytes.Clone(file), pack("mdat", av1...)...)
	iloc := bytes.Index(file, []byte("iloc")) - 4
	require.Positive(t, iloc)
	binary.BigEndian.PutUint32(file[iloc+22:], uint32(len(file)-len(av1)))
	binary.BigEndian.PutUint32(file[iloc+26:], uint32(len(av1)))
	return file
}

func be16(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func be32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// pack makes a box.
func pack(kind string, content ...byte) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// clap keeps w×h pixels, whose centre lies x to the right of the picture's, and y below.
func clap(w, h, x, y int32) []byte {
	var b []byte
	for _, v := range []int32{w, h, x, y} {
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, uint32(v)), 1)
	}
	return pack("clap", b...)
}
