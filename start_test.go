package thumbnail_test

import (
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// startingEncoder counts how often it has been started.
type startingEncoder struct {
	starts *int
	err    error
}

func (e startingEncoder) Encode(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, nil) }

func (e startingEncoder) Start() error {
	*e.starts++
	return e.err
}

// slowFormat matches no file, but has to be started.
func slowFormat(start func() error) processors.Format {
	return processors.Format{
		Name:  "slow",
		Match: func([]byte) bool { return false },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			return processors.FormatHeader{}, processors.ErrFormat
		},
		Decode: func(context.Context, []byte) (image.Image, error) { return nil, processors.ErrFormat },
		Start:  start,
	}
}

func TestNewHandlerPreparesFormatsAndEncoders(t *testing.T) {
	s := newSite(t)
	encoders, formats := 0, 0
	s.Encoders = thumbnail.Encoders{".jpg": startingEncoder{&encoders, nil}}
	s.Formats = []processors.Format{slowFormat(func() error { formats++; return nil })}
	h := s.handler(t)
	assert.Equal(t, 1, encoders)
	assert.Equal(t, 1, formats)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "100x100", "crop", ".jpg")).Code)
	assert.Equal(t, 1, encoders, "a request starts nothing")
}

func TestNewHandlerReturnsAnErrorOfStart(t *testing.T) {
	broken := errors.New("no codec here")
	s := newSite(t)
	s.Encoders = thumbnail.Encoders{".jpg": startingEncoder{new(int), broken}}
	_, err := thumbnail.NewHandler(s.Config)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, ".jpg")

	s = newSite(t)
	s.Formats = []processors.Format{slowFormat(func() error { return broken })}
	_, err = thumbnail.NewHandler(s.Config)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "slow")
}
