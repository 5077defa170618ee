package avif_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func TestMemoryOfDeepPicturesIsCounted(t *testing.T) {
	dir := t.TempDir()
	for _, alpha := range []bool{false, true} {
		var b bytes.Buffer
		if alpha {
			require.NoError(t, png.Encode(&b, withAlpha(imagetest.Cornered(1600, 1000))))
		} else {
			require.NoError(t, png.Encode(&b, imagetest.Cornered(1600, 1000)))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "in.png"), b.Bytes(), 0o600))
		out := filepath.Join(dir, "out.avif")
		for _, options := range []string{"bitdepth=12,subsample-mode=off,effort=0", "bitdepth=8,subsample-mode=off,effort=0"} {
			vips(t, "copy", filepath.Join(dir, "in.png"), out+"["+options+"]")
			file, err := os.ReadFile(out)
			require.NoError(t, err)
			h, err := avif.Format.Header(t.Context(), bytes.NewReader(file))
			require.NoError(t, err)
			decoding := imagetest.Peak(func() {
				_, err := avif.Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(h.Bytes)), file)
				require.NoError(t, err)
			})
			t.Logf("%s, alpha %v: decoding takes %.1f MB of the %.1f counted", options, alpha, float64(decoding)/1e6, float64(h.Bytes)/1e6)
			assert.LessOrEqual(t, decoding, h.Bytes*11/10+4<<20)
		}
	}
}
