// Package pieces makes the parts of image files for tests: chunks of PNG and WebP, segments of JPEG, and a
// block of EXIF. Package heiftest makes the boxes of a HEIF file.
package pieces

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
)

// PNG returns a chunk of a PNG: length, name, data, checksum.
func PNG(name string, data ...[]byte) []byte {
	b := append(make([]byte, 4), name...)
	for _, d := range data {
		b = append(b, d...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-8))
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

const signature = "\x89PNG\r\n\x1a\n"

// PNGFile returns a PNG that consists of chunks.
func PNGFile(chunks ...[]byte) []byte {
	return append([]byte(signature), bytes.Join(chunks, nil)...)
}

// IHDR returns the first chunk of a PNG.
func IHDR(width, height int, depth, colorType, interlace byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(width))
	b = binary.BigEndian.AppendUint32(b, uint32(height))
	return PNG("IHDR", append(b, depth, colorType, 0, 0, interlace))
}

// IntoPNG returns a PNG with chunks inserted after IHDR.
func IntoPNG(file []byte, chunks ...[]byte) []byte {
	const ihdr = len(signature) + 25
	return bytes.Join([][]byte{file[:ihdr], bytes.Join(chunks, nil), file[ihdr:]}, nil)
}

// ICCP returns the chunk with an ICC profile.
func ICCP(profile []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(profile); err != nil {
		panic(err) // writes to a bytes.Buffer don't fail
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return PNG("iCCP", []byte("profile\x00\x00"), b.Bytes())
}
