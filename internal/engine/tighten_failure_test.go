package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// failing is an encoder whose EncodeOriginal fails.
type failing struct{ processors.PNG }

func (failing) EncodeOriginal(context.Context, io.Writer, image.Image, processors.Original) error {
	return errors.New("no way to fewer bytes")
}

func TestASecondEncodingThatFailsLeavesTheFirst(t *testing.T) {
	var b bytes.Buffer
	out := newOutput(t.Context(), &b)
	_, err := out.Write([]byte("the first"))
	require.NoError(t, err)
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	require.NoError(t, again(t.Context(), out, failing{}, img, processors.Original{Exceeded: 2}))
	assert.Equal(t, "the first", b.String())

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, again(ended, out, failing{}, img, processors.Original{Exceeded: 2}), context.Canceled)
}
