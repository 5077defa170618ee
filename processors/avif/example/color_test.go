package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// patches is a picture of 27 colors.
func patches() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 27*16, 16))
	for i := range img.Pix {
		p := i / 4 % img.Rect.Dx() / 16
		img.Pix[i] = [4]byte{byte(40 + p%3*80), byte(40 + p/3%3*80), byte(40 + p/9*80), 255}[i%4]
	}
	return img
}

// An AVIF and a PNG with the same color description give the same thumbnail.
func TestColorsOfAnAVIFAreConverted(t *testing.T) {
	var a, p bytes.Buffer
	if err := (avif.Encoder{Quality: 100}).Encode(&a, patches()); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, patches()); err != nil {
		t.Fatal(err)
	}
	plain := shrunk(t, p.Bytes(), 216)
	check := func(name string, want, got image.Image) {
		changed := 0
		for i := range 27 {
			w, g, s := at(want, i), at(got, i), at(plain, i)
			if d := distance(w, g); d > 8 {
				t.Errorf("%s: %v becomes %v in a PNG and %v in an AVIF", name, s, w, g)
			}
			changed = max(changed, distance(g, s))
		}
		if changed < 20 {
			t.Errorf("%s: changed by %d at most", name, changed)
		}
	}
	for name, points := range map[string][2]byte{"Display P3": {12, 13}, "BT.2020, PQ": {9, 16}, "HLG": {9, 18}, "linear": {1, 8}} {
		inAVIF := bytes.Replace(a.Bytes(), []byte("nclx\x00\x01\x00\x0d"), []byte{'n', 'c', 'l', 'x', 0, points[0], 0, points[1]}, 1)
		inPNG := pieces.IntoPNG(p.Bytes(), pieces.PNG("cICP", []byte{points[0], points[1], 0, 1}))
		want := shrunk(t, inPNG, 216)
		check(name, want, shrunk(t, inAVIF, 216))
		check(name+", in AV1 alone", want, shrunk(t, inSequenceHeader(t, a.Bytes(), points), 216))
	}
}

// inSequenceHeader moves the color description of an AVIF of the patches from the box "colr" to the
// sequence header of its AV1 data.
func inSequenceHeader(t *testing.T, file []byte, points [2]byte) []byte {
	t.Helper()
	const header = 6 // bytes of the sequence header
	const flag = 1   // color_description_present_flag, the last bit of the fifth byte
	start := bytes.Index(file, []byte{0x12, 0, 0x0a, header})
	if start < 0 || file[start+8]&flag != 0 {
		t.Fatal("another sequence header than the one that was measured")
	}
	colors := []byte{points[0], points[1], 6}
	out := bytes.Replace(file[:start+9], []byte("colr"), []byte("free"), 1)
	out[start+3] += byte(len(colors))
	out[start+8] |= flag
	for _, at := range []int{bytes.Index(out, []byte("mdat")) - 4, bytes.Index(out, []byte("iloc")) + 22} { // sizes of the box and of the item
		binary.BigEndian.PutUint32(out[at:], binary.BigEndian.Uint32(out[at:])+uint32(len(colors)))
	}
	return append(append(out, colors...), file[start+9:]...)
}

func at(img image.Image, patch int) color.RGBA {
	return color.RGBAModel.Convert(img.At(patch*8+4, 4)).(color.RGBA)
}

func distance(a, b color.RGBA) int {
	d := 0
	for _, v := range [][2]byte{{a.R, b.R}, {a.G, b.G}, {a.B, b.B}} {
		d = max(d, int(v[0])-int(v[1]), int(v[1])-int(v[0]))
	}
	return d
}

func TestHostileAVIFsAreRefusedByTheirHeader(t *testing.T) {
	file := imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "bombs", "17000x17000.avif"))
	if _, err := ht.Thumbnail(t.Context(), file, 200, avif.Format); !errors.Is(err, processors.ErrFormat) {
		t.Error(err)
	}
}
