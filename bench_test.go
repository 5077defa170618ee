package thumbnail_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func BenchmarkURL(b *testing.B) {
	signer := newSigner(b)
	s := spec(b, "animals/kitten.jpg", "100x100", "crop", ".jpg")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := thumbnail.URL("/thumbs/", signer, s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWarmHit compares a request for a stored thumbnail, including the signature, with
// http.FileServerFS over the same directory. The two alternate, and the ratio is that of the medians, so it
// is valid on a noisy machine.
func BenchmarkWarmHit(b *testing.B) {
	root := b.TempDir()
	dir, err := storage.OpenDir(root)
	require.NoError(b, err)
	defer dir.Close()
	s := newSite(b)
	s.Storage = dir
	h := s.handler(b)
	url := s.url(b, "k.jpg", "100x100", "crop", ".jpg")
	require.Equal(b, 200, get(h, url).Code)
	osRoot, err := os.OpenRoot(root)
	require.NoError(b, err)
	defer osRoot.Close()
	files := http.FileServerFS(osRoot.FS())

	b.Run("alone", func(b *testing.B) {
		r := httptest.NewRequest(http.MethodGet, url, nil)
		serve := func(handler http.Handler) func() {
			return func() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		}
		pair(b, serve(h), serve(files))
	})
	b.Run("loopback", func(b *testing.B) {
		fetch := func(handler http.Handler) func() {
			server := httptest.NewServer(handler)
			b.Cleanup(server.Close)
			client := server.Client()
			return func() {
				r, err := client.Get(server.URL + url)
				if err != nil || r.StatusCode != http.StatusOK {
					b.Fatal(err, r)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		}
		pair(b, fetch(h), fetch(files))
	})
}

// pair runs two functions alternately and reports the median time of each, and their ratio.
func pair(b *testing.B, this, other func()) {
	var a, c []time.Duration
	for b.Loop() {
		start := time.Now()
		this()
		middle := time.Now()
		other()
		a, c = append(a, middle.Sub(start)), append(c, time.Since(middle))
	}
	slices.Sort(a)
	slices.Sort(c)
	x, y := float64(a[len(a)/2]), float64(c[len(c)/2])
	b.ReportMetric(x, "ns/handler")
	b.ReportMetric(y, "ns/fileserver")
	b.ReportMetric(x/y, "ratio")
}

// BenchmarkGeneration makes 200x200 of a JPEG of 12 megapixels, from the source to the storage. B/op is the
// allocation of one generation.
func BenchmarkGeneration(b *testing.B) {
	noise := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	random := rand.NewChaCha8([32]byte{})
	for _, plane := range [][]byte{noise.Y, noise.Cb, noise.Cr} {
		_, _ = random.Read(plane)
		for i := range plane {
			plane[i] = 112 + plane[i]>>3 + byte(i/40_000)>>2
		}
	}
	var file bytes.Buffer
	require.NoError(b, jpeg.Encode(&file, noise, &jpeg.Options{Quality: 85}))
	s := newSite(b)
	s.Source, s.Storage = storage.FS(fstest.MapFS{"k.jpg": {Data: file.Bytes()}}), storage.NewMemory()
	h := s.handler(b)
	generate := func(i int) {
		err := h.Generate(b.Context(), thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 200, Height: 200}, Method: "crop", Ext: ".jpg", Version: strconv.Itoa(i)})
		if err != nil {
			b.Fatal(err)
		}
	}
	generate(0)
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for i := 1; b.Loop(); i++ {
		generate(i)
	}
}
