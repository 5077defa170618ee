package jpeg

import (
	"bytes"
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// detail is what a [codec.Header] keeps for the functions of this package.
type detail struct {
	frame
	profile int64 // bytes of the ICC profile, where it has to be put together
}

// readFormatHeader reads up to the first scan: EXIF may follow the frame header.
func readFormatHeader(ctx context.Context, r *codec.Reader) (codec.Header, error) {
	s := segments{r: r}
	d := &detail{}
	h := codec.Header{Orientation: 1, Detail: d}
	turned := false
	var p profile
	_, err := s.readHead(&d.frame, func(seg segment) error {
		switch seg.marker {
		case mAPP1:
			if turned { // of several the first counts, as in browsers
				return nil
			}
			b, err := s.data(seg)
			if err != nil {
				return err
			}
			if len(b) > 6 && bytes.HasPrefix(b, []byte("Exif\x00")) {
				h.Orientation, turned = exif.Orientation(b), true
			}
		case mAPP2:
			b, err := s.head(seg, profileHead)
			if err != nil {
				return err
			}
			p.add(b, seg)
		}
		return ctx.Err()
	})
	if err != nil {
		return codec.Header{}, err
	}
	h.Stored = image.Pt(d.width, d.height)
	h.MinBytes = int64(d.minBytes()) / 10 // which is what Tolerant asks for; Decode knows more
	d.profile = p.joined()
	if p.complete() {
		h.Profile, h.Described = p.size, true
	}
	return h, nil
}

// minBytes returns how many bytes the scans of a file take at least. Every block costs one bit for
// its DC coefficient, in a sequential file one more for the end of the block. Arithmetic coding may
// take none.
func (f *frame) minBytes() int {
	if f.arithmetic {
		return 0
	}
	bits := 0
	for _, c := range f.comps {
		bits += c.codedX * c.codedY
	}
	if !f.progressive {
		bits *= 2
	}
	return ceilDiv(bits, 8)
}
