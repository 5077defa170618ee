package webp

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTilesOfAPredictionStayChargedWhileTheyAreHeld(t *testing.T) {
	account := codec.NewAccount(1 << 30)
	e, err := newVP8LEncoder(codec.WithAccount(t.Context(), account), vp8lOptions{effort: 4})
	require.NoError(t, err)
	defer func() {
		e.close()
		assert.Zero(t, account.Used())
	}()
	img := imagetest.Photo(400, 300, 1)
	e.width, e.height = 400, 300
	px, err := e.pixelsFor(0, 400*300)
	require.NoError(t, err)
	require.NoError(t, e.load(px, img))
	require.NoError(t, e.allocate(len(px)))
	mark := e.taken
	for range 2 {
		require.NoError(t, e.predict(px, 400, choice{predict: true, correlate: true}))
		assert.Equal(t, mark+8*int64(len(e.latest.modes)), e.taken)
	}
}
