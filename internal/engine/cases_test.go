package engine

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A caseRow is a row of the manifest of cases.
type caseRow struct {
	path, reference, class string
	least                  float64 // dB
	required               bool
	processor              processors.Processor
	width, height          int
	ext                    string
	part                   float64
	frames                 []time.Duration
	maxBytes               int
}

// shortCases are the rows that are known to fail, by the number of the file, and the reason.
var shortCases = map[string]string{
	"png/n98": "its reference is transparent, and its text says that nothing is",
}

func parseCase(t *testing.T, f []string) (r caseRow) {
	r = caseRow{path: f[0], reference: f[3], class: f[5], required: f[6] == "yes", part: 1}
	var err error
	r.least, err = strconv.ParseFloat(f[4], 64)
	require.NoError(t, err)
	ask := strings.Fields(f[7])
	width, height, _ := strings.Cut(ask[0], "x")
	r.width, err = strconv.Atoi(width)
	require.NoError(t, err)
	r.height, _ = strconv.Atoi(height)
	r.processor = map[string]processors.Processor{"scale": processors.Scale{}, "crop": processors.Crop{}}[ask[1]]
	r.ext = ask[2]
	if upper, ok := strings.CutPrefix(f[8], "top "); ok {
		r.part, err = strconv.ParseFloat(upper, 64)
		require.NoError(t, err)
	}
	for ms := range strings.SplitSeq(f[9], ",") {
		if n, err := strconv.Atoi(ms); err == nil {
			r.frames = append(r.frames, time.Duration(n)*time.Millisecond)
		}
	}
	r.maxBytes, _ = strconv.Atoi(f[10])
	return r
}

// make makes the thumbnail of a row, within the default limits of a handler.
func (r *caseRow) make(t *testing.T, data []byte, tolerant bool) ([]byte, error) {
	e, err := New(nil, tolerant)
	require.NoError(t, err)
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if err != nil {
		return nil, err
	}
	encoder := map[string]Encoder{".png": processors.PNG{}, ".gif": processors.GIF{}, ".webp": processors.WebP{}}[r.ext]
	plan, err := e.Plan(h, Request{Processor: r.processor, Encoder: encoder, Width: r.width, Height: r.height, FileBytes: int64(len(data)),
		Limits: Limits{Pixels: 250_000_000, Width: 4096, Height: 4096, Memory: 512 << 20}})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = e.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil)
	return out.Bytes(), err
}

// Every file gives the expected picture, either by default or with Tolerant.
func TestEveryCaseGivesThePictureOfItsManifest(t *testing.T) {
	dir := imagetest.Cases(t)
	for _, fields := range imagetest.Rows(t, dir) {
		r := parseCase(t, fields)
		t.Run(r.path+" "+r.ext, func(t *testing.T) {
			if reason, ok := shortCases[strings.SplitN(r.path, "-", 2)[0]]; ok {
				t.Skip(reason)
			}
			data := imagetest.Read(t, filepath.Join(dir, r.path))
			if r.class == "tolerant" && r.required {
				_, err := r.make(t, data, false)
				assert.ErrorIs(t, err, codec.ErrCorrupt, "where damage is not tolerated")
			}
			file, err := r.make(t, data, r.class == "tolerant")
			if !r.required && err != nil {
				assert.True(t, isRefusal(err), "%v", err)
				return
			}
			require.NoError(t, err)
			if r.maxBytes > 0 {
				assert.LessOrEqual(t, len(file), r.maxBytes, "bytes")
			}
			r.compare(t, file, imagetest.Read(t, filepath.Join(dir, "expected", r.reference)))
		})
	}
}

func (r *caseRow) compare(t *testing.T, file, expected []byte) {
	want, err := png.Decode(bytes.NewReader(expected))
	require.NoError(t, err)
	if len(r.frames) == 0 {
		_, got := decodeFile(t, file)
		assert.GreaterOrEqual(t, imagetest.Likeness(want, got, r.part), r.least, "dB")
		return
	}
	shown, total := framesOf(t, file), time.Duration(0)
	height := want.Bounds().Dy() / len(r.frames)
	for i, delay := range r.frames {
		reference := image.NewNRGBA(image.Rect(0, 0, want.Bounds().Dx(), height))
		draw.Draw(reference, reference.Rect, want, image.Pt(0, i*height), draw.Src)
		got := shown.at(total + delay/2)
		require.NotNil(t, got, "frame %d", i)
		assert.GreaterOrEqual(t, imagetest.Likeness(reference, got, r.part), r.least, "dB, frame %d", i)
		total += delay
	}
	duration := time.Duration(0)
	for _, d := range shown.Delays {
		duration += d
	}
	assert.InDelta(t, total.Seconds(), duration.Seconds(), max(total.Seconds()/10, 0.01*float64(len(r.frames))), "seconds in all")
}

// framesOf returns all frames of a file.
func framesOf(t *testing.T, file []byte) *film {
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	require.Greater(t, h.read.FrameCount, 1, "it does not move")
	frames, err := h.read.Format.Frames(t.Context(), file, h.read, codec.Options{})
	require.NoError(t, err)
	out := new(film)
	for range h.read.FrameCount {
		f, err := frames.Next(t.Context())
		require.NoError(t, err)
		img, err := clone(t.Context(), f.Image)
		require.NoError(t, err)
		out.Frames, out.Delays = append(out.Frames, nrgbaOf(img)), append(out.Delays, f.Delay)
	}
	return out
}

// at returns the frame that is displayed at a time.
func (f *film) at(when time.Duration) *image.NRGBA {
	for i, d := range f.Delays {
		if when < d {
			return f.Frames[i]
		}
		when -= d
	}
	return nil
}
