package webp

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/require"
)

// writePAM writes a picture in a format that programs read in very little time.
func writePAM(t testing.TB, img *image.NRGBA) string {
	name := filepath.Join(t.TempDir(), "in.pam")
	head := fmt.Sprintf("P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n", img.Rect.Dx(), img.Rect.Dy())
	require.NoError(t, os.WriteFile(name, append([]byte(head), img.Pix...), 0o600))
	return name
}

// cwebp returns the size of the file that cwebp makes, and its CPU time without the time of reading the picture.
func cwebp(b *testing.B, img *image.NRGBA, args ...string) (size int64, seconds float64) {
	in := writePAM(b, img)
	out := in + ".webp"
	run := func(args ...string) float64 {
		least := 1e9
		for range 3 {
			cmd := exec.Command("cwebp", append(args, "-quiet", in, "-o", out)...)
			require.NoError(b, cmd.Run())
			least = min(least, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
		}
		return least
	}
	start := run("-lossless", "-z", "0", "-crop", "0", "0", "1", "1")
	seconds = run(args...) - start
	info, err := os.Stat(out)
	require.NoError(b, err)
	return info.Size(), seconds
}

// BenchmarkLossless compares with cwebp -lossless -z 6. It reports the bytes and the CPU time of each drawing, and the means of the ratios.
func BenchmarkLossless(b *testing.B) {
	imagetest.Program(b, "cwebp", "webp")
	all := drawings()
	var bytes, ours, theirs float64
	for _, d := range all {
		b.Run(d.name, func(b *testing.B) {
			size, seconds := cwebp(b, d.img, "-lossless", "-z", "6")
			var n int
			begin := imagetest.CPU()
			for b.Loop() {
				n = len(encodeLossless(b, d.img, vp8lOptions{effort: 4})) + 20
			}
			own := (imagetest.CPU() - begin).Seconds() / float64(b.N)
			b.ReportMetric(float64(n), "bytes")
			b.ReportMetric(float64(n)/float64(size), "bytes/libwebp")
			b.ReportMetric(1000*own, "cpu-ms")
			b.ReportMetric(own/max(seconds, 1e-4), "cpu/libwebp")
			bytes += float64(n) / float64(size) / float64(len(all))
			ours += own
			theirs += seconds
		})
	}
	b.Logf("of %d drawings: bytes %.3f of libwebp's, CPU time %.2f", len(all), bytes, ours/theirs)
}
