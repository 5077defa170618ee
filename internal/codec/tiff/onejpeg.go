package tiff

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
)

// wholeJPEG changes the layout of a picture that is one JPEG file (section 22).
func (l *layout) wholeJPEG() {
	l.tiled, l.planar, l.segW, l.segH = false, false, l.width, l.height
	l.offsets, l.counts = l.old.stream, field{}
}

// readJPEG reads the header of the first strip or tile if it is a JPEG file. If that header is damaged, l.jpeg stays
// nil, and the decoder reports the damage.
func (l *layout) readJPEG(ctx context.Context, r *codec.Reader) error {
	if !l.isJPEG() {
		return nil
	}
	p := &parser{r: r, fields: map[uint16]field{tagStripOffsets: l.offsets, tagStripCounts: l.counts}}
	at := p.one(tagStripOffsets, -1)
	l.jpegBytes = l.segBytes(min(l.segH, l.height))
	if n := p.one(tagStripCounts, 0); n > 0 {
		l.jpegBytes = n
	}
	l.cut = l.cut || p.cut
	if p.err != nil || at < 0 {
		return p.err
	}
	if err := r.SeekTo(at); err != nil {
		return err
	}
	h, err := jpeg.Format.Header(ctx, r.Section(l.jpegBytes))
	var read *codec.ReadError
	switch {
	case err == nil:
		l.jpeg = &h
	case errors.As(err, &read), errors.Is(err, codec.ErrTooLarge), ctx.Err() != nil:
		return err
	}
	return nil
}

// isOneJPEG reports whether the picture is a single JPEG file that package jpeg can decode, in gray, RGB or Y'CbCr.
func (l *layout) isOneJPEG() bool {
	if l.jpeg == nil || l.across()*l.down() > 1 || l.planar || l.samples != l.colors() {
		return false
	}
	return (l.photometric == yCbCr || l.photometric == rgb || l.photometric == blackIsZero) && l.jpeg.Stored == image.Pt(l.width, l.height)
}

// decodeJPEG decodes a picture that is one JPEG file.
func (l *layout) decodeJPEG(ctx context.Context, data []byte, o codec.Options) (*codec.Picture, error) {
	in, err := l.segment(data, 0, l.height)
	if err != nil {
		return nil, err
	}
	account := codec.AccountOf(ctx)
	d := &decoder{ctx: ctx, account: account, meter: codec.NewMeter(ctx, l.work(int64(len(data)))), layout: l, data: data, eighths: 8, tolerant: o.Tolerant}
	s := &jpegSource{d: d}
	defer func() { account.Give(int64(cap(s.file))) }()
	attempt := func() (*codec.Picture, error) {
		file, err := s.assemble(in)
		if err != nil {
			return nil, err
		}
		h, err := jpeg.Format.Header(ctx, codec.NewBytesReader(ctx, file))
		if err != nil {
			return nil, err
		}
		return jpeg.Format.Decode(ctx, file, &h, o)
	}
	pic, err := attempt()
	if err != nil && l.tables.count > 0 && d.tolerates(err) { // the tables may be damaged
		s.usual = true
		if again, failure := attempt(); failure == nil {
			pic, err = again, nil
		}
	}
	if err == nil && (l.cut || d.assumed) {
		pic.Partial = true
	}
	return pic, err
}
