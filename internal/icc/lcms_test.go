package icc

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

var update = flag.Bool("update", false, "write testdata/lcms.txt anew, with transicc")

// convert converts 8-bit colors to sRGB.
func convert(t testing.TB, tr *Transform, colors [][]byte) [][3]byte {
	n := len(colors)
	out := make([][3]byte, n)
	var pixels []byte
	for _, c := range colors {
		if tr.Space() == RGB {
			c = append(slices.Clone(c), 255)
		}
		pixels = append(pixels, c...)
	}
	r, stride := image.Rect(0, 0, n, 1), len(pixels)
	var img image.Image
	switch tr.Space() {
	case CMYK:
		img = &image.CMYK{Pix: pixels, Stride: stride, Rect: r}
	case RGB:
		img = &image.NRGBA{Pix: pixels, Stride: stride, Rect: r}
	case Gray:
		img = &image.Gray{Pix: pixels, Stride: stride, Rect: r}
	}
	result := apply(tr, img)
	for i := range out {
		r, g, b, a := result.At(i, 0).RGBA()
		require.Equal(t, uint32(0xffff), a)
		out[i] = [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}
	}
	return out
}

// gridColors returns evenly spaced colors, including the corners, rounded to 8 bits.
func gridColors(s Space, points int) (colors [][]byte) {
	colors = [][]byte{{}}
	for range s.channels() {
		var next [][]byte
		for _, c := range colors {
			for i := range points {
				next = append(next, append(c[:len(c):len(c)], byte(math.Round(float64(i)*255/float64(points-1)))))
			}
		}
		colors = next
	}
	return colors
}

// transicc converts colors by littlecms, relative colorimetric, without black-point compensation.
func transicc(t testing.TB, profile []byte, s Space, colors [][]byte) [][3]float64 {
	file := filepath.Join(t.TempDir(), "profile.icc")
	require.NoError(t, os.WriteFile(file, profile, 0o600))
	var in bytes.Buffer
	for _, c := range colors {
		for _, v := range c {
			if s == CMYK {
				fmt.Fprintf(&in, "%.10g ", float64(v)*100/255)
			} else {
				fmt.Fprintf(&in, "%d ", v)
			}
		}
		in.WriteByte('\n')
	}
	cmd := exec.Command("transicc", "-n", "-s", "-t1", "-i"+file, "-o*sRGB")
	cmd.Stdin = &in
	stdout, err := cmd.Output()
	require.NoError(t, err)
	var out [][3]float64
	for lines := bufio.NewScanner(bytes.NewReader(stdout)); lines.Scan(); {
		var v [3]float64
		if words := strings.Fields(lines.Text()); len(words) == 3 {
			for i, w := range words {
				v[i], err = strconv.ParseFloat(w, 64)
				require.NoError(t, err)
			}
			out = append(out, v)
		}
	}
	require.Len(t, out, len(colors))
	return out
}

// needTransicc skips or fails the test if the program transicc of littlecms is not installed; see imagetest.Missing.
func needTransicc(t *testing.T) { imagetest.Program(t, "transicc", "liblcms2-utils") }

// compareWith returns the largest and the mean ΔE2000 between the Transform and littlecms.
func compareWith(t *testing.T, tr *Transform, profile []byte, points int) (largest, mean float64) {
	colors := gridColors(tr.Space(), points)
	want := transicc(t, profile, tr.Space(), colors)
	for i, got := range convert(t, tr, colors) {
		d := imagetest.DeltaE2000(labOf([3]float64{float64(got[0]), float64(got[1]), float64(got[2])}), labOf(want[i]))
		if d > largest {
			largest = d
			if d > 1 {
				t.Logf("%v: %v, not %.2f: %.2f", colors[i], got, want[i], d)
			}
		}
		mean += d / float64(len(colors))
	}
	return largest, mean
}

func pointsFor(s Space) int { return map[Space]int{Gray: 256, RGB: 17, CMYK: 8}[s] }

func TestAgreesWithLittlecms(t *testing.T) {
	needTransicc(t)
	profiles := testProfiles()
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		t.Run(name, func(t *testing.T) {
			tr, err := Parse(profiles[name])
			require.NoError(t, err)
			largest, mean := compareWith(t, tr, profiles[name], pointsFor(tr.Space()))
			t.Logf("%s: largest %.3f, mean %.3f", name, largest, mean)
			assert.LessOrEqual(t, largest, 1.0)
		})
	}
}

// The test uses the profiles of the Debian packages icc-profiles-free, colord-data and libgs-common.
func TestAgreesWithLittlecmsOnInstalledProfiles(t *testing.T) {
	needTransicc(t)
	files, _ := filepath.Glob("/usr/share/color/icc/*.icc")
	more, _ := filepath.Glob("/usr/share/color/icc/*/*.icc")
	if files = append(files, more...); len(files) == 0 {
		t.Skip("no profiles are installed in /usr/share/color/icc")
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			profile, err := os.ReadFile(file)
			require.NoError(t, err)
			tr, err := Parse(profile)
			class, space := string(profile[12:16]), string(profile[16:20])
			if class == "abst" || class == "nmcl" || space == "Lab " {
				assert.ErrorIs(t, err, errProfile)
				return
			}
			require.NoError(t, err)
			largest, mean := compareWith(t, tr, profile, pointsFor(tr.Space()))
			t.Logf("largest %.3f, mean %.3f, identity %v", largest, mean, tr.Identity())
			assert.LessOrEqual(t, largest, 1.0)
		})
	}
}

// The repository has the results of littlecms for the generated profiles. So this test does not need littlecms.
func TestAgreesWithStoredValuesOfLittlecms(t *testing.T) {
	const file = "testdata/lcms.txt"
	profiles := testProfiles()
	names := slices.Sorted(maps.Keys(profiles))
	points := map[Space]int{Gray: 16, RGB: 4, CMYK: 3}
	if *update {
		var out strings.Builder
		out.WriteString("# Written by go test -update with transicc of littlecms: profile, sample values, sRGB\n")
		for _, name := range names {
			tr, err := Parse(profiles[name])
			require.NoError(t, err)
			colors := gridColors(tr.Space(), points[tr.Space()])
			for i, v := range transicc(t, profiles[name], tr.Space(), colors) {
				fmt.Fprintf(&out, "%s %x %.2f %.2f %.2f\n", name, colors[i], v[0], v[1], v[2])
			}
		}
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o644))
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	seen := map[string]bool{}
	var known Cache
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		var name string
		var color []byte
		var want [3]float64
		_, err := fmt.Sscanf(line, "%s %x %f %f %f", &name, &color, &want[0], &want[1], &want[2])
		require.NoError(t, err, line)
		seen[name] = true
		tr, err := known.Parse(context.Background(), profiles[name])
		require.NoError(t, err, name)
		got := convert(t, tr, [][]byte{color})[0]
		d := imagetest.DeltaE2000(labOf([3]float64{float64(got[0]), float64(got[1]), float64(got[2])}), labOf(want))
		assert.LessOrEqual(t, d, 1.0, "%s: %v", line, got)
	}
	assert.Len(t, seen, len(names))
}

var srgbCurve, _, _ = parseCurve(srgbTRC)

// labOf returns CIELAB of an sRGB color of 0 to 255.
func labOf(rgb [3]float64) [3]float64 {
	return imagetest.Lab(rgb[0]/255, rgb[1]/255, rgb[2]/255)
}
