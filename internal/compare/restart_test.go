package compare

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// restarts returns the offsets of the restart markers in the scans of a JPEG file.
func restarts(data []byte) (at []int) {
	for i := bytes.Index(data, []byte{0xff, 0xda}); i >= 0 && i+1 < len(data); i++ {
		if data[i] == 0xff && data[i+1] >= 0xd0 && data[i+1] <= 0xd7 {
			at = append(at, i)
		}
	}
	return at
}

// restartDamages are ways to damage the restart marker at offset i.
var restartDamages = []struct {
	name   string
	damage func(r *rand.Rand, data []byte, i int) []byte
}{
	{"another number", func(r *rand.Rand, data []byte, i int) []byte {
		out := bytes.Clone(data)
		out[i+1] = 0xd0 + byte(r.IntN(8))
		return out
	}},
	{"a flipped bit", func(r *rand.Rand, data []byte, i int) []byte {
		out := bytes.Clone(data)
		out[i+1] ^= 1 << r.IntN(8)
		return out
	}},
	{"missing", func(_ *rand.Rand, data []byte, i int) []byte { return append(bytes.Clone(data[:i]), data[i+2:]...) }},
	{"twice", func(_ *rand.Rand, data []byte, i int) []byte { return append(bytes.Clone(data[:i+2]), data[i:]...) }},
	{"one too many", func(r *rand.Rand, data []byte, i int) []byte {
		return append(append(bytes.Clone(data[:i]), 0xff, 0xd0+byte(r.IntN(8))), data[i:]...)
	}},
	{"missing with its interval", func(_ *rand.Rand, data []byte, i int) []byte {
		end := i + 2
		for _, next := range restarts(data) {
			if next > i {
				end = next
				break
			}
		}
		return append(bytes.Clone(data[:i]), data[end:]...)
	}},
}

func TestDamagedRestartMarkersCostNoMorePSNRThanWithLibjpeg(t *testing.T) {
	for _, program := range []string{"cjpeg", "djpeg"} {
		imagetest.Program(t, program, "libjpeg-turbo-progs")
	}
	e, err := engine.New(nil, true)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(12, 8))
	count, sum, theirSum := 0, 0.0, 0.0
	for range max(files(1), 12) {
		options := []string{"-quality", fmt.Sprint(60 + r.IntN(36)), "-restart", pick(r, "1", "2", "1B", "5B", "11B")}
		options = append(options, pick(r, []string{"-sample", "2x2"}, []string{"-sample", "1x1"}, []string{"-grayscale"})...)
		options = append(options, pick(r, []string{}, []string{"-progressive"})...)
		file := filtered(ppm(imagetest.Photo(60+r.IntN(140), 50+r.IntN(110), r.Uint64())), "cjpeg", options...)
		kind := restartDamages[r.IntN(len(restartDamages))]
		at := restarts(file)
		if len(at) == 0 {
			continue
		}
		damaged := kind.damage(r, file, at[r.IntN(len(at))])
		theirs, ok := pnmLikeness(filtered(file, "djpeg", "-nosmooth"), filtered(damaged, "djpeg", "-nosmooth"))
		if !ok {
			continue // djpeg refuses the file
		}
		whole, err := decoded(t, e, file)
		require.NoError(t, err)
		got, err := decoded(t, e, damaged)
		if !assert.NoError(t, err, "%v, %s", options, kind.name) {
			continue
		}
		ours := min(imagetest.PSNR(whole, got), perfect)
		assert.Greater(t, ours, theirs-2, "%v, %s", options, kind.name)
		count, sum, theirSum = count+1, sum+ours, theirSum+theirs
	}
	if count == 0 {
		imagetest.Missing(t, "no file could be made")
	}
	t.Logf("%d files: %.2f dB on average, %.2f by libjpeg", count, sum/float64(count), theirSum/float64(count))
	assert.GreaterOrEqual(t, sum, theirSum-float64(count)/10)
}

// perfect is the PSNR in dB above which pictures count as equal.
const perfect = 60

// filtered returns the output of a program for an input. An error of the program is ignored.
func filtered(in []byte, program string, options ...string) []byte {
	cmd := exec.Command(program, options...)
	cmd.Stdin = bytes.NewReader(in)
	out, _ := cmd.Output() // the exit status of djpeg is nonzero for a warning
	return out
}

// ppm encodes a picture as PPM.
func ppm(img *image.NRGBA) []byte {
	out := fmt.Appendf(nil, "P6\n%d %d\n255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i < len(img.Pix); i += 4 {
		out = append(out, img.Pix[i:i+3]...)
	}
	return out
}

// pnmLikeness returns the PSNR of two PGM or PPM files. ok is false if their lengths differ.
func pnmLikeness(a, b []byte) (dB float64, ok bool) {
	if len(a) != len(b) || len(a) < 15 {
		return 0, false
	}
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return min(10*math.Log10(255*255*float64(len(a))/max(sum, 1e-9)), perfect), true
}
