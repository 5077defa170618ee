package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
)

// encoded returns the HEIC file that heif-enc makes of a file.
func encoded(t testing.TB, name string, file []byte, args ...string) []byte {
	t.Helper()
	path := imagetest.Program(t, "heif-enc", "libheif-examples")
	dir := t.TempDir()
	in, out := filepath.Join(dir, name), filepath.Join(dir, "out.heic")
	require.NoError(t, os.WriteFile(in, file, 0o600))
	output, err := exec.Command(path, append(append([]string{"-q", "95"}, args...), "-o", out, in)...).CombinedOutput()
	require.NoError(t, err, "%s", output)
	heic, err := os.ReadFile(out)
	require.NoError(t, err, "%s", output)
	return heic
}

// pngOf encodes a PNG, with an ICC profile unless profile is nil.
func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// hevc has the "hvcC" box and the HEVC data of a file of heif-enc. The sides of its picture are multiples
// of 64.
func hevc(t testing.TB, img image.Image) (config, data []byte) {
	t.Helper()
	file := encoded(t, "in.png", pngOf(t, img), "-p", "chroma=444")
	i, j := bytes.Index(file, []byte("hvcC"))-4, bytes.Index(file, []byte("iloc"))-4
	require.Positive(t, i)
	require.Positive(t, j)
	require.Zero(t, bytes.Count(file, []byte("grid")), "one item")
	number := func(at int) uint32 { return binary.BigEndian.Uint32(file[at:]) }
	// Version 0 with numbers of 4 bytes: ID and file of the item, base, count, offset, length.
	require.Equal(t, []byte{0, 0, 0, 0, 0x44, 0x40}, file[j+8:j+14])
	return file[i:][:number(i)], file[number(j+20)+number(j+26):][:number(j+30)]
}

// item is an image item with properties.
func item(t testing.TB, img image.Image, properties ...[]byte) ht.Item {
	t.Helper()
	config, data := hevc(t, img)
	size := img.Bounds().Size()
	return ht.Item{Kind: "hvc1", Properties: append([][]byte{config, ht.Size(size.X, size.Y)}, properties...), Data: data}
}

var brands = []string{"heic", "mif1"}
