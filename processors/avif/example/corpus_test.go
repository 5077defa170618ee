package main

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// Sizes, orientations, profiles and alpha, compared with libvips, which reads AVIF by libheif and converts
// colors by lcms2.
func TestThumbnailsOfTheCorpusAgreeWithLibvips(t *testing.T) {
	dir, vips := filepath.Join(imagetest.Corpus(t), "avif-heic"), imagetest.Program(t, "vips", "libvips-tools")
	profile := []string{"--export-profile", "srgb"}
	for name, options := range map[string][]string{
		"avif-orientation-6": profile, "icc_profile": profile, "xmp_tags_orientation": profile,
		"exif": nil, "hopper": nil, "hopper-missing-pixi": nil, "rot0mir0": nil, "rot1mir1": nil, "rot3mir1": nil, "transparency": nil,
	} {
		t.Run(name, func(t *testing.T) {
			path, out := filepath.Join(dir, name+".avif"), filepath.Join(t.TempDir(), "out.png")
			args := append([]string{"thumbnail", path, out, "300", "--height", "10000", "--size", "down"}, options...)
			if output, err := exec.Command(vips, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			reference, err := os.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			defer reference.Close()
			want, err := png.Decode(reference)
			if err != nil {
				t.Fatal(err)
			}
			got := shrunk(t, file, 300)
			if got.Bounds().Size() != want.Bounds().Size() {
				t.Fatal(got.Bounds(), want.Bounds())
			}
			if d := imagetest.PSNRWithoutAlpha(onWhite(want), onWhite(got)); d < 35 {
				t.Errorf("%.1f dB", d)
			}
		})
	}
}

func onWhite(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}
