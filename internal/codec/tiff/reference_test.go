package tiff_test

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// program skips or fails the test if one of the programs is not installed, as imagetest.Program does.
func program(t *testing.T, names ...string) {
	for _, name := range names {
		imagetest.Program(t, name, "libtiff-tools, imagemagick")
	}
}

// originals returns pictures of every kind. tiffcp makes copies of them with other layouts.
func originals() map[string]*pieces.TIFF {
	const w, h = 237, 151
	le := binary.LittleEndian
	colors := make([]uint16, 768)
	for i := range colors {
		colors[i] = uint16(i * 1237)
	}
	out := map[string]*pieces.TIFF{}
	for _, bits := range []int{1, 2, 4, 8, 12, 16} {
		out[fmt.Sprintf("gray%d", bits)] = pieces.NewTIFF(w, h, bits, 1, 1, pack(le, bits, w, noise(1, w*h, bits)))
	}
	out["white0"] = pieces.NewTIFF(w, h, 1, 1, 0, pack(le, 1, w, noise(2, w*h, 1)))
	for _, bits := range []int{8, 16} {
		out[fmt.Sprintf("rgb%d", bits)] = pieces.NewTIFF(w, h, bits, 3, 2, pack(le, bits, 3*w, noise(3, 3*w*h, bits)))
		out[fmt.Sprintf("rgba%d", bits)] = pieces.NewTIFF(w, h, bits, 4, 2, pack(le, bits, 4*w, noise(4, 4*w*h, bits))).Set(338, []uint16{2})
		out[fmt.Sprintf("cmyk%d", bits)] = pieces.NewTIFF(w, h, bits, 4, 5, pack(le, bits, 4*w, noise(5, 4*w*h, bits)))
	}
	out["graya"] = pieces.NewTIFF(w, h, 8, 2, 1, pack(le, 8, 2*w, noise(6, 2*w*h, 8))).Set(338, []uint16{1})
	out["palette8"] = pieces.NewTIFF(w, h, 8, 1, 3, pack(le, 8, w, noise(7, w*h, 8))).Set(320, colors)
	out["palette4"] = pieces.NewTIFF(w, h, 4, 1, 3, pack(le, 4, w, noise(8, w*h, 4))).Set(320, colors[:48])
	floats := noise(9, w*h*3, 8)
	for i := range floats {
		floats[i] = uint64([]uint32{0, 0x3f800000, 0x3f000000, 0x3e800000}[floats[i]/64])
	}
	out["float"] = pieces.NewTIFF(w, h, 32, 3, 2, pack(le, 32, 3*w, floats)).Set(339, []uint16{3, 3, 3})
	return out
}

var (
	ways     = []string{"none", "packbits", "lzw", "lzw:2", "lzw:3", "zip", "zip:2", "zip:3", "g3:1d", "g3:2d", "g3:1d:fill", "g3:2d:fill", "g4", "jpeg:97", "jpeg:97:r"}
	places   = []string{"", "-r 1", "-r 7", "-r 8", "-r 1000", "-t -w 16 -l 16", "-t -w 64 -l 32", "-t -w 256 -l 256"}
	variants = []string{"", "-B", "-8", "-f lsb2msb", "-p separate", "-8 -B -p separate", "-B -f lsb2msb"}
)

// The test uses a random sample of all combinations. If THUMBNAIL_COMPARE is set, it uses all of them.
func TestCopiesByTiffcpAreTheSamePicture(t *testing.T) {
	program(t, "tiffcp")
	dir, r := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	files := 0
	for name, f := range originals() {
		data := f.Encode()
		path := filepath.Join(dir, name+".tif")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
		require.NoError(t, err)
		for _, way := range ways {
			for _, place := range places {
				for _, variant := range variants {
					if os.Getenv("THUMBNAIL_COMPARE") == "" && r.IntN(70) > 0 {
						continue
					}
					if name == "graya" && strings.HasPrefix(way, "jpeg") && !strings.Contains(variant, "separate") {
						continue // JPEG of two components is not supported
					}
					if way == "jpeg:97" && strings.Contains(variant, "separate") {
						continue // planes of subsampled chroma are not supported
					}
					if strings.HasSuffix(way, ":3") && strings.Contains(variant, "-B") {
						continue // libtiff can't read its own file of this kind
					}
					args := strings.Fields("-c " + way + " " + place + " " + variant)
					copied := filepath.Join(dir, "copy.tif")
					os.Remove(copied)
					if exec.Command("tiffcp", append(args, path, copied)...).Run() != nil {
						continue // tiffcp does not support the combination
					}
					files++
					compareCopy(t, copied, pic.Image, strings.HasPrefix(way, "jpeg"), fmt.Sprint(name, args))
				}
			}
		}
	}
	t.Log(files, "files")
	assert.Greater(t, files, 50)
}

// compareCopy decodes a file at full size and reduced, within the estimated memory, and compares the full size with want.
func compareCopy(t *testing.T, path string, want image.Image, lossy bool, what string) {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	pic := codectest.WithinMemory(t, tiff.Format, data, codec.Options{}, what)
	if pic == nil {
		return
	}
	least := 99.0
	if lossy {
		least = 24 // noise with subsampled chroma
	}
	assert.GreaterOrEqual(t, imagetest.PSNR(pic.Image, want), least, what)
	small := codectest.WithinMemory(t, tiff.Format, data, codec.Options{Least: image.Pt(50, 30)}, what)
	assert.NotNil(t, small, what)
	codectest.WithinMemory(t, tiff.Format, data, codec.Options{Tolerant: true}, what)
}

// The test compares with the PNG that convert of ImageMagick makes from each file.
func TestFilesOfOtherProgramsAreDecodedAsByImageMagick(t *testing.T) {
	program(t, "convert", "vips")
	dir := t.TempDir()
	const w, h = 237, 151
	source := filepath.Join(dir, "rgb.tif")
	require.NoError(t, os.WriteFile(source, pieces.NewTIFF(w, h, 8, 3, 2, pack(binary.LittleEndian, 8, 3*w, noise(3, 3*w*h, 8))).Encode(), 0o600))
	gray := filepath.Join(dir, "gray.tif")
	require.NoError(t, os.WriteFile(gray, pieces.NewTIFF(w, h, 8, 1, 1, pack(binary.LittleEndian, 8, w, noise(3, w*h, 8))).Encode(), 0o600))
	commands := []string{
		"convert rgb.tif -compress Fax", "convert rgb.tif -compress Group4", "convert gray.tif -monochrome -compress Group4 -endian MSB",
		"convert rgb.tif -compress RLE -type Palette", "convert rgb.tif -colors 13 -compress LZW", "convert rgb.tif -depth 16 -endian MSB -compress Zip",
		"convert rgb.tif -alpha set -channel A -evaluate set 40% -compress LZW", "convert rgb.tif -define quantum:format=floating-point -depth 32",
		"convert rgb.tif -define quantum:format=floating-point -depth 64", "convert rgb.tif -define quantum:format=floating-point -depth 16",
		"convert rgb.tif -colorspace CMYK", "convert rgb.tif -colorspace CMYK -depth 16", "convert rgb.tif -define tiff:tile-geometry=32x48 -compress Zip",
		"convert rgb.tif -interlace plane -compress LZW", "convert rgb.tif -colorspace Lab", "convert gray.tif -define quantum:polarity=min-is-white",
		"convert rgb.tif -define tiff:fill-order=lsb -compress Fax", "convert rgb.tif -define tiff:rows-per-strip=3 -compress JPEG",
		"vips tiffsave rgb.tif OUT --compression jpeg --tile", "vips tiffsave rgb.tif OUT --compression deflate --predictor horizontal --bigtiff",
		"vips tiffsave rgb.tif OUT --compression lzw --tile --tile-width 64 --tile-height 16", "vips tiffsave gray.tif OUT --bitdepth 1 --compression ccittfax4",
		"vips tiffsave gray.tif OUT --bitdepth 1 --miniswhite", "vips tiffsave gray.tif OUT --bitdepth 2", "vips tiffsave gray.tif OUT --bitdepth 4 --compression packbits",
		"vips tiffsave rgb.tif OUT --tile --pyramid --compression deflate", "vips tiffsave rgb.tif OUT --compression jpeg --Q 95",
	}
	for _, depth := range []int{1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 32} {
		commands = append(commands, fmt.Sprintf("convert gray.tif -depth %d", depth), fmt.Sprintf("convert rgb.tif -depth %d", depth))
	}
	for _, command := range commands {
		os.Remove(filepath.Join(dir, "out.tif"))
		os.Remove(filepath.Join(dir, "out.png"))
		args := strings.Fields(command)
		if args[0] == "vips" {
			args[3] = "out.tif"
		} else {
			args = append(args, "out.tif")
		}
		make := exec.Command(args[0], args[1:]...)
		make.Dir = dir
		log, err := make.CombinedOutput()
		require.FileExists(t, filepath.Join(dir, "out.tif"), "%s: %v: %s", command, err, log) // warnings are errors, too
		show := exec.Command("convert", "out.tif[0]", "-depth", "8", "png32:out.png")
		show.Dir = dir
		log, err = show.CombinedOutput()
		require.FileExists(t, filepath.Join(dir, "out.png"), "%s: %v: %s", command, err, log)
		f, err := os.Open(filepath.Join(dir, "out.png"))
		require.NoError(t, err)
		want, err := png.Decode(f)
		require.NoError(t, err)
		f.Close()
		data, err := os.ReadFile(filepath.Join(dir, "out.tif"))
		require.NoError(t, err)
		if pic := codectest.WithinMemory(t, tiff.Format, data, codec.Options{}, command); pic != nil {
			assert.GreaterOrEqual(t, imagetest.PSNR(pic.Image, want), 38.0, command)
		}
	}
}
