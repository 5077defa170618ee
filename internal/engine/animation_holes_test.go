package engine

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each frame of this GIF clears a square of the picture. The edges of the cleared squares become translucent when they are scaled.
func TestAnAnimationWithHolesIsNoLargerThanItsOriginal(t *testing.T) {
	data := imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "gif-animated", "dispose_bgnd.gif"))
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	for width, most := range map[int]int{50: 6 * len(data) / 10, 70: len(data)} {
		plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: processors.GIF{}, Width: width})
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, formatsOfTests.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil))
		assert.LessOrEqual(t, out.Len(), most, "%d pixels", width)
	}
}
