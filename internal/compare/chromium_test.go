package compare

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// A madeFile is a file and a description of how it was made.
type madeFile struct {
	how  string
	data []byte
}

// shownKinds are the formats whose files are compared with Chromium.
var shownKinds = []struct {
	mediaType string
	make      func(t *testing.T, r *rand.Rand) (madeFile, bool)
}{
	{"image/gif", byProgram(gifCommand)},
	{"image/x-icon", byProgram(icoCommand)},
	{"image/vnd.microsoft.icon", func(t *testing.T, r *rand.Rand) (madeFile, bool) { return randomICO(t, r), true }},
	{"image/png", func(t *testing.T, r *rand.Rand) (madeFile, bool) { return randomAPNG(t, r), true }},
}

// gifCommand makes a still, or an animation of frames with several sizes and disposal methods.
func gifCommand(r *rand.Rand) string {
	colors := fmt.Sprintf(" -colors %d ", 2+r.IntN(255))
	if r.IntN(3) == 0 {
		return "convert in.png" + colors + pick(r, "", "-interlace GIF ") + "gif:out"
	}
	line := fmt.Sprintf("convert -delay %d -loop %d ", 2+r.IntN(20), r.IntN(3))
	for range 2 + r.IntN(4) {
		line += fmt.Sprintf(`\( -dispose %s in.png -resize %dx%d! -repage +%d+%d \) `, pick(r, "None", "Background", "Previous"), 1+r.IntN(60), 1+r.IntN(40), r.IntN(30), r.IntN(20))
	}
	return line + colors + pick(r, "", "-layers optimize ", "-layers trim-bounds ") + "gif:out"
}

func icoCommand(r *rand.Rand) string {
	line := "convert "
	for range 1 + r.IntN(3) {
		line += fmt.Sprintf(`\( in.png -resize %dx%d! %s\) `, 1+r.IntN(255), 1+r.IntN(255), pick(r, "", "-colors 250 ", "-colors 16 ", "-monochrome ", "-alpha off "))
	}
	return line + "ico:out"
}

// byProgram makes a file by a shell command that converts in.png to out.
func byProgram(command func(*rand.Rand) string) func(*testing.T, *rand.Rand) (madeFile, bool) {
	return func(t *testing.T, r *rand.Rand) (madeFile, bool) {
		imagetest.Program(t, "convert", "imagemagick")
		line := command(r)
		_, data, ok := made(t, source(r, r.IntN(2) == 0), line)
		return madeFile{line, data}, ok
	}
}

func TestFilesAreWhatChromiumShows(t *testing.T) {
	e, err := engine.New(nil, false)
	require.NoError(t, err)
	for _, k := range shownKinds {
		if k.mediaType != "image/png" && os.Getenv("THUMBNAIL_COMPARE") == "" {
			continue // tests of internal/engine and internal/codec/ico compare these files with Chromium
		}
		t.Run(k.mediaType, func(t *testing.T) {
			r := rand.New(rand.NewPCG(13, uint64(len(k.mediaType))))
			var made []madeFile
			for range files(1) {
				if f, ok := k.make(t, r); ok {
					made = append(made, f)
				}
			}
			shown := shownFrames(t, made, k.mediaType)
			compared := 0
			for i, f := range made {
				if len(shown[i]) == 0 {
					continue // Chromium refuses the file
				}
				compared++
				got, err := framesOf(t, e, f.data)
				if err != nil {
					t.Errorf("%s: %v", f.how, err)
					continue
				}
				if len(got) != len(shown[i]) {
					t.Errorf("%s: %d frames instead of %d", f.how, len(got), len(shown[i]))
					continue
				}
				for j, want := range shown[i] {
					if got[j].Rect != want.Rect {
						t.Errorf("%s: %v instead of %v", f.how, got[j].Rect, want.Rect)
					} else if like := imagetest.PSNR(want, got[j]); like < 45 {
						t.Errorf("%s: %.1f dB of frame %d, %v pixels", f.how, like, j, want.Rect.Max)
					}
				}
			}
			t.Logf("%d files", compared)
			require.NotZero(t, compared)
		})
	}
}

// framesOf decodes all frames of a file, or its only picture.
func framesOf(t *testing.T, e *engine.Engine, data []byte) (out []*image.NRGBA, err error) {
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if err != nil {
		return nil, err
	}
	if h.FrameCount < 2 {
		img, err := decoded(t, e, data)
		if err != nil {
			return nil, err
		}
		return []*image.NRGBA{straight(img)}, nil
	}
	frames, err := h.Format.Frames(t.Context(), data, h, codec.Options{})
	for err == nil {
		var f codec.Frame
		if f, err = frames.Next(t.Context()); err == nil {
			out = append(out, straight(f.Image))
		}
	}
	if err == io.EOF {
		err = nil
	}
	return out, err
}

// straight returns a copy with alpha that is not premultiplied.
func straight(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y))
		}
	}
	return out
}

// shownFrames returns the frames that Chromium displays for each file, or none if it refuses the file.
func shownFrames(t *testing.T, made []madeFile, mediaType string) (out [][]*image.NRGBA) {
	mux := http.NewServeMux()
	for i, f := range made {
		mux.HandleFunc(fmt.Sprintf("GET /file/%d", i), func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(f.data) })
	}
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.NewReplacer("COUNT", fmt.Sprint(len(made)), "TYPE", mediaType).Replace("<!doctype html>"+browsertest.Script+framesScript))
	})
	answer := browsertest.Show(t, mux, 1, browsertest.View{URL: "/page", Width: 400})[0]
	var files [][]struct {
		Width, Height int
		Pixels        string
	}
	require.NoError(t, json.Unmarshal(answer, &files), "%.300s", answer)
	require.Len(t, files, len(made))
	for _, frames := range files {
		var images []*image.NRGBA
		for _, f := range frames {
			pix, err := base64.StdEncoding.DecodeString(f.Pixels)
			require.NoError(t, err)
			images = append(images, &image.NRGBA{Pix: pix, Stride: 4 * f.Width, Rect: image.Rect(0, 0, f.Width, f.Height)})
		}
		out = append(out, images)
	}
	return out
}

const framesScript = `<script type="module">
function pixels(image, width, height) {
	const canvas = new OffscreenCanvas(width, height)
	const context = canvas.getContext("2d", {willReadFrequently: true})
	context.drawImage(image, 0, 0)
	const data = context.getImageData(0, 0, width, height).data
	let text = ""
	for (let i = 0; i < data.length; i += 30000) text += String.fromCharCode(...data.subarray(i, i + 30000))
	return {width, height, pixels: btoa(text)}
}
async function frames(i) {
	const response = await fetch("/file/" + i)
	if (!await ImageDecoder.isTypeSupported("TYPE")) {
		const image = await createImageBitmap(new Blob([await response.arrayBuffer()], {type: "TYPE"}))
		return [pixels(image, image.width, image.height)]
	}
	const decoder = new ImageDecoder({type: "TYPE", data: await response.arrayBuffer(), preferAnimation: true})
	await decoder.tracks.ready
	const all = []
	const track = decoder.tracks.selectedTrack
	for (let j = 0; j < (track.animated ? track.frameCount : 1); j++) {
		const {image} = await decoder.decode({frameIndex: j})
		all.push(pixels(image, image.displayWidth, image.displayHeight))
		image.close()
	}
	return all
}
const out = []
for (let i = 0; i < COUNT; i++) {
	try { out.push(await frames(i)) } catch (e) { out.push([]) }
}
report(out)
</script>`
