package avif_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
)

var brands = []string{"avif", "mif1", "miaf"}

// box returns the first box of a type, at any depth.
func box(t testing.TB, file []byte, kind string) []byte {
	t.Helper()
	i := bytes.Index(file, []byte(kind)) - 4
	require.Positive(t, i, kind)
	return file[i:][:binary.BigEndian.Uint32(file[i:])]
}

// item returns the picture of a file, and adds properties to the picture. The file must have a single item, as
// the Encoder writes it for an opaque picture.
func item(t testing.TB, file []byte, properties ...[]byte) ht.Item {
	return ht.Item{Kind: "av01", Properties: append([][]byte{box(t, file, "ispe"), box(t, file, "pixi"), box(t, file, "av1C")}, properties...), Data: payload(t, file)}
}

// with adds properties to the picture of a file.
func with(t testing.TB, file []byte, properties ...[]byte) []byte {
	t.Helper()
	return ht.File(brands, 1, item(t, file, properties...))
}

// payload returns the AV1 data of a file with a single item.
func payload(t testing.TB, file []byte) []byte {
	t.Helper()
	iloc := bytes.Index(file, []byte("iloc")) - 4
	require.Positive(t, iloc)
	at, n := binary.BigEndian.Uint32(file[iloc+22:]), binary.BigEndian.Uint32(file[iloc+26:])
	return file[at:][:n:n]
}

// relocate appends av1 to a file, and makes it the data of the file's first item.
func relocate(t testing.TB, file, av1 []byte) []byte {
	t.Helper()
	file = append(bytes.Clone(file), ht.Box("mdat", av1)...)
	iloc := bytes.Index(file, []byte("iloc")) - 4
	require.Positive(t, iloc)
	binary.BigEndian.PutUint32(file[iloc+22:], uint32(len(file)-len(av1)))
	binary.BigEndian.PutUint32(file[iloc+26:], uint32(len(av1)))
	return file
}
