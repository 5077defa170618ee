package compare

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// A kind is a format with a shell command that makes its files from a PNG, a shell command with which the reference decodes them to a PNG,
// and the PSNR that our decoder must reach.
type kind struct {
	name    string
	times   int // factor for the number of files
	need    []string
	make    func(r *rand.Rand, alpha bool) string // returns a shell command that converts in.png to out
	decode  string                                // a shell command that converts out to want.png
	least   float64                               // dB
	noAlpha bool
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

var kinds = []kind{
	{name: "jpeg", times: 1, need: []string{"cjpeg", "djpeg", "convert"}, noAlpha: true, least: 36, decode: "djpeg -dct float -outfile out.ppm out && convert out.ppm png24:want.png",
		make: func(r *rand.Rand, _ bool) string {
			return "convert in.png in.ppm && cjpeg -quality " + fmt.Sprint(40+r.IntN(61)) + " " + pick(r, "", "-grayscale", "-rgb") + " " +
				"-sample " + pick(r, "1x1", "2x1", "1x2", "2x2", "4x1", "4x2") + pick(r, "", " -progressive", " -optimize", " -arithmetic", " -arithmetic -progressive") +
				pick(r, "", " -restart 1", " -restart 3B") + " -outfile out in.ppm"
		}},
	{name: "png", times: 1, need: []string{"convert"}, least: 48, decode: "convert png:out -depth 8 png32:want.png",
		make: func(r *rand.Rand, _ bool) string {
			return "convert in.png " + pick(r, "", "-colors 200", "-colors 14", "-colorspace Gray", "-monochrome", "-depth 16", "-colorspace Gray -depth 16") +
				pick(r, "", " -interlace PNG") + fmt.Sprintf(" -define png:exclude-chunk=gAMA,cHRM -define png:compression-filter=%d -define png:compression-level=%d ", r.IntN(6), r.IntN(10)) +
				pick(r, "png:out", "png8:out", "png24:out", "png32:out", "png48:out", "png64:out")
		}},
	{name: "gif", times: 1, need: []string{"convert"}, least: 48, decode: "convert 'gif:out[0]' -depth 8 png32:want.png",
		make: func(r *rand.Rand, _ bool) string {
			return fmt.Sprintf("convert in.png -colors %d ", 2+r.IntN(255)) + pick(r, "", "-interlace GIF ", "+dither ", "-compress None ") + "gif:out"
		}},
	{name: "webp", times: 1, need: []string{"cwebp", "dwebp"}, least: 45, decode: "dwebp -quiet out -o want.png",
		make: func(r *rand.Rand, _ bool) string {
			return "cwebp -quiet in.png -o out -m " + fmt.Sprint(r.IntN(5)) + pick(r, fmt.Sprintf(" -q %d", r.IntN(101)), " -lossless", fmt.Sprintf(" -near_lossless %d", r.IntN(100))) +
				pick(r, "", " -sharp_yuv", " -noalpha", " -exact", " -alpha_q 20", " -sns 100 -f 100", " -segments 1 -strong", " -f 0", " -partition_limit 50")
		}},
	{name: "bmp", times: 1, need: []string{"convert"}, noAlpha: true, least: 48, decode: `/usr/bin/python3 -c 'from PIL import Image; Image.open("out").convert("RGB").save("want.png")'`,
		make: func(r *rand.Rand, _ bool) string {
			if r.IntN(5) == 0 {
				return "convert in.png -define bmp:subtype=" + pick(r, "RGB565", "RGB555") + " bmp:out"
			}
			return "convert in.png " + pick(r, "", "-colors 250", "-colors 16", "-monochrome", "-colorspace Gray") + pick(r, "", " -compress RLE") + " " + pick(r, "bmp2:out", "bmp3:out", "bmp:out")
		}},
	{name: "ico", times: 1, need: []string{"convert"}, least: 48, decode: "convert 'ico:out[0]' -depth 8 png32:want.png",
		make: func(r *rand.Rand, _ bool) string {
			return "convert in.png -resize " + fmt.Sprintf("%dx%d! ", 1+r.IntN(255), 1+r.IntN(255)) + pick(r, "", "-colors 250 ", "-colors 16 ", "-monochrome ") + "ico:out"
		}},
	{name: "tiff", times: 6, need: []string{"convert", "vips", "tiffcp"}, least: 36, decode: "convert 'tiff:out[0]' -depth 8 png32:want.png", make: tiffCommand},
	{name: "tiff by libtiff", times: 2, need: []string{"convert", "vips", "tiffcp", "tiff2rgba"}, least: 40, decode: "tiff2rgba -c none out want.tif && convert want.tif -depth 8 png32:want.png", make: tiffCommand},
	{name: "tiff by libvips", times: 2, need: []string{"convert", "vips", "tiffcp"}, least: 36, decode: "vips colourspace out want.png srgb", make: tiffCommand},
}

// tiffCommand makes a TIFF by one program. tiffcp then copies most of these files with other options.
func tiffCommand(r *rand.Rand, alpha bool) string {
	first := "convert in.png " + pick(r, "", "-alpha off ", "-alpha off -colors 250 ", "-alpha off -colors 15 ", "-alpha off -colorspace Gray ", "-alpha off -monochrome ", "-depth 16 ",
		"-alpha off -colorspace Gray -depth 16 ", "-alpha off -depth 4 ", "-alpha off -colorspace Gray -depth 2 ") +
		pick(r, "", "-endian MSB ") + pick(r, "", "-define tiff:tile-geometry=32x48 ", "-define tiff:rows-per-strip=7 ", "-interlace plane ") + "-compress " +
		pick(r, "None", "LZW", "Zip", "RLE") + " tiff:first.tif"
	if r.IntN(3) == 0 {
		first = "vips copy in.png 'first.tif[compression=" + pick(r, "none", "deflate", "lzw", "packbits") + pick(r, ",predictor=none", ",predictor=horizontal") +
			pick(r, "", ",tile,tile-width=64,tile-height=32", ",bigtiff") + "]'"
	}
	if r.IntN(4) == 0 {
		return first + " && mv first.tif out"
	}
	copied := " && tiffcp " + pick(r, "-c none", "-c lzw:1", "-c lzw:2", "-c zip:1", "-c zip:2", "-c packbits") + pick(r, "", " -B", " -L") + pick(r, "", " -s", " -t -w 48 -l 16", fmt.Sprintf(" -r %d", 1+r.IntN(40))) +
		pick(r, "", " -8") + " first.tif out"
	return first + copied + " 2>/dev/null || mv first.tif out" // tiffcp can't convert every file
}

// files returns the number of files for a format.
func files(times int) int {
	if n, err := strconv.Atoi(os.Getenv("THUMBNAIL_COMPARE")); err == nil {
		return n * times
	}
	return 2
}

// source returns a smooth picture with edges, noise and, if alpha is true, a transparent part.
func source(r *rand.Rand, alpha bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 1+r.IntN(pick(r, 20, 90, 300)), 1+r.IntN(pick(r, 20, 90, 200))))
	a, b, noise := 2+8*r.Float64(), 2+8*r.Float64(), pick(r, 1, 6)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			u, v := float64(x)/60, float64(y)/60
			level := func(f float64) uint8 { return uint8(128 + 100*f + float64(r.IntN(noise))) }
			c := color.NRGBA{level(math.Sin(a*u + v)), level(math.Cos(b * v)), level(math.Sin(u*v*4 + a)), 255}
			if alpha {
				c.A = uint8(min(255, max(0, 128+300*math.Sin(u*3+v))))
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func TestFilesOfOtherProgramsAreDecodedAsByTheReference(t *testing.T) {
	e, err := engine.New(nil, false)
	require.NoError(t, err)
	e.NaiveCMYK = true
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for _, program := range k.need {
				imagetest.Program(t, program, "imagemagick, libjpeg-turbo-progs, libtiff-tools, libvips-tools, webp")
			}
			r := rand.New(rand.NewPCG(12, uint64(len(k.name))))
			made := 0
			for range files(k.times) {
				if k.one(t, e, r) {
					made++
				}
			}
			t.Logf("%d files", made)
			if made == 0 {
				imagetest.Missing(t, "no file could be made, or decoded by the reference")
			}
		})
	}
}

// shell runs a command in a directory.
func shell(t *testing.T, dir, line string) error {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = dir
	return cmd.Run()
}

// made writes img to in.png and runs a command that makes a file from it. It returns the directory of in.png, and the file.
func made(t *testing.T, img image.Image, command string) (dir string, data []byte, ok bool) {
	dir = t.TempDir()
	var in bytes.Buffer
	require.NoError(t, png.Encode(&in, img))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in.png"), in.Bytes(), 0o600))
	if shell(t, dir, command) != nil {
		return dir, nil, false
	}
	data, err := os.ReadFile(filepath.Join(dir, "out"))
	return dir, data, err == nil
}

// one makes a file, decodes it with our decoder and with the reference decoder, and compares the pictures. It returns
// false if the programs could not make a file.
func (k *kind) one(t *testing.T, e *engine.Engine, r *rand.Rand) bool {
	alpha := !k.noAlpha && r.IntN(3) == 0
	img := source(r, alpha)
	command := k.make(r, alpha)
	if k.name == "tiff by libtiff" && strings.Contains(command, "Gray -depth 16") && (strings.Contains(command, "tile") || strings.Contains(command, " -t -w")) {
		return false // libtiff 4.5 shifts the rows of its last tiles
	}
	dir, data, ok := made(t, img, command)
	if !ok || shell(t, dir, k.decode) != nil {
		return false
	}
	reference, err := os.ReadFile(filepath.Join(dir, "want.png"))
	require.NoError(t, err)
	want, err := png.Decode(bytes.NewReader(reference))
	require.NoError(t, err)
	got, err := decoded(t, e, data)
	if err != nil {
		t.Errorf("%s: %v", command, err)
		return true
	}
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Errorf("%s: %v instead of %v", command, got.Bounds(), want.Bounds())
		return true
	}
	least := k.least
	if strings.Contains(command, "-sample 4x") || strings.Contains(command, "-quality") && got.Bounds().Dx()*got.Bounds().Dy() < 600 {
		least -= 10 // chroma is interpolated in another way, which lowers the PSNR of tiny pictures
	}
	if like := imagetest.PSNR(want, got); like < least {
		t.Errorf("%s: %.1f dB of %v pixels", command, like, got.Bounds().Size())
	}
	return true
}

func decoded(t *testing.T, e *engine.Engine, data []byte) (image.Image, error) {
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if err != nil {
		return nil, err
	}
	p, err := e.Decode(t.Context(), data, h, image.Point{})
	if err != nil {
		return nil, err
	}
	return p.Image(t.Context())
}
