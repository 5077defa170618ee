package main_test

import (
	"bytes"
	"html"
	"image"
	"image/draw"
	"image/gif"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// exhibited has the two pictures of an exhibit. plain is the result of image.Decode and CatmullRom, or nil
// if that fails.
type exhibited struct{ plain, right []byte }

// fidelityPage fetches the page and every picture on it, and returns the exhibits by the names of their
// originals.
func fidelityPage(t *testing.T, server string) map[string]*exhibited {
	t.Helper()
	resp, body := get(t, join(server, "/fidelity"))
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.NotContains(t, string(body), "style=")
	all := map[string]*exhibited{}
	for _, m := range regexp.MustCompile(`<img src="([^"]+)"`).FindAllStringSubmatch(string(body), -1) {
		link := html.UnescapeString(m[1])
		resp, picture := get(t, join(server, link))
		require.Equal(t, http.StatusOK, resp.StatusCode, link)
		require.Equal(t, http.DetectContentType(picture), resp.Header.Get("Content-Type"), link)
		plain, isPlain := strings.CutPrefix(link, "/fidelity/plain/")
		name, _, _ := strings.Cut(strings.TrimPrefix(link, fidelityBase), "/")
		if isPlain {
			name = plain
		}
		if all[name] == nil {
			all[name] = new(exhibited)
		}
		switch {
		case isPlain:
			all[name].plain = picture
		case all[name].right == nil: // later pictures are other formats of the same exhibit
			all[name].right = picture
		}
	}
	return all
}

// decoded has a picture, and the color of a pixel near its upper left corner.
func decoded(t *testing.T, picture []byte) (img image.Image, corner [4]uint32) {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(picture))
	require.NoError(t, err)
	r, g, b, a := img.At(3, 3).RGBA()
	return img, [4]uint32{r >> 8, g >> 8, b >> 8, a >> 8}
}

// mean returns the average of red, green and blue, 0 to 255.
func mean(t *testing.T, picture []byte) (sum [3]float64) {
	t.Helper()
	img, _ := decoded(t, picture)
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := [3]uint32{}
			c[0], c[1], c[2], _ = img.At(x, y).RGBA()
			for i, v := range c {
				sum[i] += float64(v) / 257 / float64(b.Dx()*b.Dy())
			}
		}
	}
	return sum
}

// The files of the page take seconds to make, so all tests share one program.
func TestFidelity(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0").URL
	t.Run("there are no other names", func(t *testing.T) { testOtherNames(t, server) })
	t.Run("image.Decode and CatmullRom get it wrong", func(t *testing.T) { testPairs(t, server) })
	t.Run("the gallery makes WebP", func(t *testing.T) { testWebP(t, server) })
	t.Run("in a browser", func(t *testing.T) { testInABrowser(t, server) })
}

func testPairs(t *testing.T, server string) {
	_, gallery := get(t, server)
	require.Contains(t, string(gallery), `href="/fidelity"`)
	shown := fidelityPage(t, server)
	require.Len(t, shown, 12)
	white, black := [4]uint32{255, 255, 255, 255}, [4]uint32{0, 0, 0, 255}

	t.Run("profiles", func(t *testing.T) {
		want := mean(t, shown["bowl.png"].right) // over white, from a file without a profile
		for _, name := range []string{"p3.jpg", "adobe.jpg"} {
			require.InDeltaSlice(t, want[:], meanOf(t, shown[name].right), 1.5, name)
			require.Greater(t, want[0]-mean(t, shown[name].plain)[0], 4.0, "%s is paler", name)
		}
		require.Greater(t, mean(t, shown["prophoto.jpg"].right)[0], mean(t, shown["prophoto.jpg"].plain)[0]+4)
	})
	t.Run("gamma", func(t *testing.T) {
		require.InDeltaSlice(t, meanOf(t, shown["mountain.jpg"].right), meanOf(t, shown["linear.png"].right), 2, "of one photo")
		require.Greater(t, mean(t, shown["linear.png"].right)[1], mean(t, shown["linear.png"].plain)[1]+30)
	})
	t.Run("orientation", func(t *testing.T) {
		plain, _ := decoded(t, shown["turned.jpg"].plain)
		right, _ := decoded(t, shown["turned.jpg"].right)
		require.Less(t, plain.Bounds().Dy(), plain.Bounds().Dx())
		require.Equal(t, image.Pt(320, 480), right.Bounds().Size())
	})
	t.Run("a phone's photo", func(t *testing.T) {
		plain, _ := decoded(t, shown["IMG_0001.jpg"].plain)
		right, _ := decoded(t, shown["IMG_0001.jpg"].right)
		require.Less(t, plain.Bounds().Dy(), plain.Bounds().Dx())
		require.Equal(t, image.Pt(320, 480), right.Bounds().Size())
		want := mean(t, shown["turned.jpg"].right)
		require.InDeltaSlice(t, want[:], meanOf(t, shown["IMG_0001.jpg"].right), 1.5, "the photo that it was made from")
		require.Greater(t, want[0]-mean(t, shown["IMG_0001.jpg"].plain)[0], 2.0, "it is paler")
	})
	t.Run("an ordinary photo", func(t *testing.T) {
		require.InDeltaSlice(t, meanOf(t, shown["mountain.jpg"].plain), meanOf(t, shown["mountain.jpg"].right), 1)
	})
	t.Run("transparency", func(t *testing.T) {
		_, plain := decoded(t, shown["bowl.png"].plain)
		_, right := decoded(t, shown["bowl.png"].right)
		require.Equal(t, black, plain)
		require.Equal(t, white, right)
	})
	t.Run("palettes", func(t *testing.T) {
		levels := func(picture []byte) int {
			img, _ := decoded(t, picture)
			seen := map[uint32]bool{}
			for x := range img.Bounds().Dx() {
				r, _, _, _ := img.At(x, 100).RGBA()
				seen[r] = true
			}
			return len(seen)
		}
		require.Greater(t, levels(shown["dots.png"].plain), 50, "both average")
		require.Less(t, len(shown["dots.png"].right), len(shown["dots.png"].plain))
		require.Greater(t, levels(shown["dots.png"].right), 50)
	})
	t.Run("CMYK", func(t *testing.T) { require.Nil(t, shown["inks.jpg"].plain) })
	t.Run("WebP", func(t *testing.T) {
		_, plain := decoded(t, shown["white.webp"].plain)
		require.InDelta(t, 235, plain[0], 2)
		require.Equal(t, "image/webp", http.DetectContentType(shown["white.webp"].right))
	})
	t.Run("animation", func(t *testing.T) {
		plain, err := gif.DecodeAll(bytes.NewReader(shown["moving.gif"].plain))
		require.NoError(t, err)
		right, err := gif.DecodeAll(bytes.NewReader(shown["moving.gif"].right))
		require.NoError(t, err)
		require.Len(t, plain.Image, 1)
		require.Len(t, right.Image, 12)
		screen := image.NewNRGBA(image.Rect(0, 0, right.Config.Width, right.Config.Height))
		draw.Draw(screen, right.Image[0].Rect, right.Image[0], right.Image[0].Rect.Min, draw.Over)
		require.Zero(t, screen.NRGBAAt(0, 0).A, "transparent")
	})
}

func meanOf(t *testing.T, picture []byte) []float64 {
	m := mean(t, picture)
	return m[:]
}

func testOtherNames(t *testing.T, server string) {
	for path, status := range map[string]int{
		"/fidelity/originals/p3.jpg":    http.StatusOK, // before the page has been visited
		"/fidelity/originals/other.jpg": http.StatusNotFound,
		"/fidelity/plain/other.jpg":     http.StatusNotFound,
		"/fidelity/plain/inks.jpg":      http.StatusNotFound, // image.Decode fails for this one
		"/fidelity/":                    http.StatusNotFound,
		fidelityBase + "p3.jpg/320x/fit/0000000000000000000000000000000000000000.jpg": http.StatusUnauthorized,
	} {
		resp, _ := get(t, join(server, path))
		require.Equal(t, status, resp.StatusCode, path)
	}
}

func testWebP(t *testing.T, server string) {
	_, page := get(t, join(server, "/fidelity"))
	link := regexp.MustCompile(`/fidelity/thumbs/bowl\.png/240x/fit/\w+\.webp`).FindString(string(page))
	resp, picture := get(t, join(server, link))
	require.Equal(t, "image/webp", resp.Header.Get("Content-Type"))
	img, corner := decoded(t, picture)
	require.Equal(t, 240, img.Bounds().Dx())
	require.Zero(t, corner[3], "transparent")
}

// A browser enforces the page's policy, loads every picture, and the script writes pixels and bytes under
// each.
func testInABrowser(t *testing.T, server string) {
	chromium := imagetest.Program(t, "chromium", "chromium")
	browser := exec.Command(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--window-size=390,6000", "--virtual-time-budget=20000", "--dump-dom", join(server, "/fidelity"))
	var stderr bytes.Buffer
	browser.Stderr = &stderr
	dom, err := browser.Output()
	require.NoError(t, err, "%s", stderr.String())
	require.NotContains(t, stderr.String(), "Content Security Policy")
	facts := regexp.MustCompile(`class="facts"[^>]*>(\d+)\x{2009}×\x{2009}\d+ pixels, \d+ bytes, made in \d+\.\d\x{2009}ms<`).FindAllStringSubmatch(string(dom), -1)
	require.Len(t, facts, bytes.Count(dom, []byte("<img ")), "%s", dom)
	require.Len(t, facts, 2*12-1+4)
}
