package engine

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// A shownFrame is a frame of a random animation: its pixels, position, blending and disposal.
type shownFrame struct {
	img     *image.NRGBA // its bounds are its position
	blend   bool         // composited over the canvas, instead of replacing it
	dispose int          // 0: keep, 1: clear to transparent, 2: restore the previous canvas
}

// frameCanvas is the size of the canvas of all animations.
var frameCanvas = image.Pt(24, 20)

// randomFrames returns frames with few colors, some of which are transparent. The offsets of the frames are even, as
// WebP requires.
func randomFrames(r *rand.Rand, disposals int) (out []shownFrame) {
	palette := []color.NRGBA{{}, {}, {255, 0, 0, 255}, {0, 200, 0, 255}, {20, 40, 255, 255}, {250, 250, 250, 255}}
	for i := range 3 + r.IntN(4) {
		at := image.Rectangle{Max: frameCanvas}
		if i > 0 && r.IntN(4) > 0 {
			at.Min = image.Pt(2*r.IntN(11), 2*r.IntN(9))
			at.Max = at.Min.Add(image.Pt(1+r.IntN(frameCanvas.X-at.Min.X), 1+r.IntN(frameCanvas.Y-at.Min.Y)))
		}
		f := shownFrame{img: image.NewNRGBA(at), blend: r.IntN(2) == 0, dispose: r.IntN(disposals)}
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				f.img.SetNRGBA(x, y, palette[(x/3+y/2+r.IntN(2)+i)%len(palette)])
			}
		}
		out = append(out, f)
	}
	return out
}

func gifOf(t *testing.T, frames []shownFrame) []byte {
	g := &gif.GIF{Config: image.Config{Width: frameCanvas.X, Height: frameCanvas.Y}}
	for _, f := range frames {
		flat := exactPalette(&image.NRGBA{Pix: f.img.Pix, Stride: f.img.Stride, Rect: image.Rectangle{Max: f.img.Rect.Size()}})
		flat.Rect = f.img.Rect
		g.Image, g.Delay = append(g.Image, flat), append(g.Delay, 10)
		g.Disposal = append(g.Disposal, []byte{gif.DisposalNone, gif.DisposalBackground, gif.DisposalPrevious}[f.dispose])
	}
	return encodeGIF(t, g)
}

func webpAnimationOf(t *testing.T, frames []shownFrame) []byte {
	chunks := [][]byte{pieces.VP8X(pieces.WebPAnimated|pieces.WebPAlpha, frameCanvas), pieces.ANIM(0)}
	for _, f := range frames {
		flags := byte(f.dispose)
		if !f.blend {
			flags |= pieces.WebPUnblended
		}
		chunks = append(chunks, pieces.ANMF(f.img.Rect, 100, flags, encodeWebP(t, f.img, true)[12:]))
	}
	return pieces.WebP(chunks...)
}

func apngOf(t *testing.T, frames []shownFrame) []byte {
	var chunks [][]byte
	sequence := uint32(0)
	put := func(name string, parts ...any) {
		var data bytes.Buffer
		for _, p := range parts {
			require.NoError(t, binary.Write(&data, binary.BigEndian, p))
		}
		chunks = append(chunks, pieces.PNG(name, data.Bytes()))
	}
	for i, f := range frames {
		if i == 0 {
			chunks = append(chunks, pieces.IHDR(frameCanvas.X, frameCanvas.Y, 8, 6, 0))
			put("acTL", uint32(len(frames)), uint32(0))
		}
		at, size := f.img.Rect.Min, f.img.Rect.Size()
		blend := byte(0)
		if f.blend {
			blend = 1
		}
		put("fcTL", sequence, uint32(size.X), uint32(size.Y), uint32(at.X), uint32(at.Y), uint16(1), uint16(10), []byte{byte(f.dispose), blend})
		sequence++
		if i == 0 {
			put("IDAT", zlibRows(t, f.img))
		} else {
			put("fdAT", sequence, zlibRows(t, f.img))
			sequence++
		}
	}
	put("IEND")
	return pieces.PNGFile(chunks...)
}

// zlibRows returns the compressed rows of a PNG of 8 bits with alpha, without filters.
func zlibRows(t *testing.T, img *image.NRGBA) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for y := range img.Rect.Dy() {
		_, err := w.Write(append([]byte{0}, img.Pix[y*img.Stride:][:4*img.Rect.Dx()]...))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// framesPage is a page that decodes every file by the browser's decoder, and reports the pixels of each
// frame.
func framesPage(files [][]byte, mediaType string) http.Handler {
	mux := http.NewServeMux()
	for i, f := range files {
		mux.HandleFunc(fmt.Sprintf("GET /file/%d", i), func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(f) })
	}
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.NewReplacer("COUNT", fmt.Sprint(len(files)), "TYPE", mediaType).Replace(`<!doctype html>`+browsertest.Script+`<script type="module">
const all = []
try {
	for (let i = 0; i < COUNT; i++) {
		const decoder = new ImageDecoder({type: "TYPE", data: await (await fetch("/file/" + i)).arrayBuffer(), preferAnimation: true})
		await decoder.tracks.ready
		const frames = []
		for (let j = 0; j < decoder.tracks.selectedTrack.frameCount; j++) {
			const {image} = await decoder.decode({frameIndex: j})
			const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight)
			const context = canvas.getContext("2d", {willReadFrequently: true})
			context.drawImage(image, 0, 0)
			const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data
			frames.push(btoa(String.fromCharCode(...pixels)))
			image.close()
		}
		all.push(frames)
	}
	report({frames: all})
} catch (e) { report({error: String(e)}) }
</script>`))
	})
	return mux
}

func TestFramesOfAnimationsAreWhatChromiumShows(t *testing.T) {
	for _, format := range []struct {
		mediaType string
		disposals int
		file      func(*testing.T, []shownFrame) []byte
	}{{"image/gif", 3, gifOf}, {"image/webp", 2, webpAnimationOf}, {"image/png", 3, apngOf}} {
		t.Run(format.mediaType, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 30))
			var files [][]byte
			for range 40 {
				files = append(files, format.file(t, randomFrames(r, format.disposals)))
			}
			var shown struct {
				Error  string
				Frames [][]string
			}
			answers := browsertest.Show(t, framesPage(files, format.mediaType), 1, browsertest.View{URL: "/page", Width: 400})
			require.NoError(t, json.Unmarshal(answers[0], &shown))
			require.Empty(t, shown.Error)
			for i, file := range files {
				got := framesOf(t, file)
				require.Len(t, got.Frames, len(shown.Frames[i]), "file %d", i)
				for j, text := range shown.Frames[i] {
					want, err := base64.StdEncoding.DecodeString(text)
					require.NoError(t, err)
					require.Len(t, want, len(got.Frames[j].Pix))
					assert.True(t, sameShown(want, got.Frames[j].Pix), "file %d, frame %d", i, j)
				}
			}
		})
	}
}

// sameShown compares pictures of opaque or transparent pixels. The color of transparent pixels is ignored.
func sameShown(a, b []byte) bool {
	for i := 0; i < len(a); i += 4 {
		if a[i+3] != b[i+3] || a[i+3] != 0 && !bytes.Equal(a[i:i+3], b[i:i+3]) {
			return false
		}
	}
	return true
}
