package main

import (
	"bytes"
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func TestAnAVIFBecomesAnAVIFThumbnail(t *testing.T) {
	photos := t.TempDir()
	var original bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 640, 400))
	for i := range img.Pix {
		img.Pix[i] = 200
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	if err := (avif.Encoder{}).Encode(&original, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(photos, "photo.avif"), original.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	handler, link, err := prepare(photos, t.TempDir(), "photo.avif")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/avif" {
		t.Fatal(w.Code, w.Header())
	}
	got, err := avif.Format.Decode(t.Context(), w.Body.Bytes())
	if err != nil || got.Bounds() != image.Rect(0, 0, 320, 200) {
		t.Fatal(err, got)
	}
	if c := color.RGBAModel.Convert(got.At(100, 100)).(color.RGBA); max(c.R, 200)-min(c.R, 200) > 4 {
		t.Error(c)
	}
}
