package compare

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomICO returns an icon or a cursor with up to three pictures of random size and depth.
func randomICO(t *testing.T, r *rand.Rand) madeFile {
	le := binary.LittleEndian
	n, kind := 1+r.IntN(3), byte(1+r.IntN(2))
	if kind == 2 {
		n = 1 // directory entries of cursors have no depth, so Chromium takes the first of two pictures of the same size
	}
	how := fmt.Sprintf("kind %d:", kind)
	head, body := []byte{0, 0, kind, 0, byte(n), 0}, []byte(nil)
	for range n {
		w, h, bits := 1+r.IntN(17), 1+r.IntN(17), pick(r, 1, 4, 8, 16, 24, 32, 0)
		picture := randomDIB(r, w, h, bits)
		if bits == 0 {
			var b bytes.Buffer
			require.NoError(t, png.Encode(&b, randomImage(r, "NRGBA", image.Rect(0, 0, w, h))))
			picture = b.Bytes()
		}
		how += fmt.Sprintf(" %d×%d of %d bits", w, h, bits)
		e := make([]byte, 16)
		e[0], e[1] = byte(w), byte(h)
		if kind == 1 {
			e[4], e[6] = 1, byte(max(bits, 1))
		}
		le.PutUint32(e[8:], uint32(len(picture)))
		le.PutUint32(e[12:], uint32(6+16*n+len(body)))
		head, body = append(head, e...), append(body, picture...)
	}
	return madeFile{how, append(head, body...)}
}

// randomDIB returns the bitmap of an icon, with its mask.
func randomDIB(r *rand.Rand, w, h, bits int) []byte {
	le := binary.LittleEndian
	b := make([]byte, 40)
	le.PutUint32(b, 40)
	le.PutUint32(b[4:], uint32(w))
	le.PutUint32(b[8:], uint32(2*h))
	le.PutUint16(b[12:], 1)
	le.PutUint16(b[14:], uint16(bits))
	colors := 0
	if bits <= 8 {
		colors = 1 << bits
		if r.IntN(3) == 0 {
			le.PutUint32(b[32:], uint32(colors))
		}
	}
	for range colors {
		b = append(b, byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), 0)
	}
	opaque := r.IntN(2) * 255
	for range h {
		row := make([]byte, (w*bits+31)/32*4)
		for i := range row {
			if row[i] = byte(r.IntN(256)); bits == 32 && i%4 == 3 {
				row[i] = byte(r.IntN(2) * opaque)
			}
		}
		b = append(b, row...)
	}
	for range h * ((w + 31) / 32) {
		b = le.AppendUint32(b, r.Uint32()&r.Uint32())
	}
	return b
}
