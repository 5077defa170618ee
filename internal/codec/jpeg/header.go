package jpeg

import (
	"bytes"
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// detail is the [codec.Header.Detail] of a JPEG file.
type detail struct {
	frame
	profile int64 // memory in bytes for joining an ICC profile of several segments; else 0
}

// readFormatHeader reads the segments before the first scan. It does not stop at the frame header, because EXIF
// may follow it.
func readFormatHeader(ctx context.Context, r *codec.Reader) (codec.Header, error) {
	s := segments{r: r}
	d := &detail{}
	h := codec.Header{Orientation: 1, Detail: d}
	turned := false
	var p profile
	_, err := s.readHead(&d.frame, func(seg segment) error {
		switch seg.marker {
		case mDQT:
			b, err := s.head(seg, 65)
			if err != nil {
				return err
			}
			if q := qualityOf(b); q > 0 && h.Quality == 0 {
				h.Quality = q
			}
		case mAPP1:
			if turned { // if there are several EXIF segments, the first one applies, as in browsers
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
	h.MinBytes = int64(d.minBytes()) / 10 // a tolerant decode needs a tenth; Decode checks more exactly
	h.HalfChroma = d.halfChroma()
	d.profile = p.joined()
	if p.complete() {
		h.Profile, h.Described = p.size, true
	}
	return h, nil
}

// halfChroma reports whether the frame has chroma of half the resolution of the luma, or less, in both directions.
func (f *frame) halfChroma() bool {
	return len(f.comps) == 3 && f.comps[0].h >= 2*f.comps[1].h && f.comps[0].v >= 2*f.comps[1].v
}

// annexK is the sum of the quantization steps of the luma table in section K.1. This is the table of quality 50.
const annexK = 3688

// qualityOf estimates the libjpeg quality from the quantization table in a DQT segment. It returns 0 if the first
// table of the segment is not an 8-bit table with number 0.
func qualityOf(dqt []byte) int {
	if len(dqt) < 65 || dqt[0] != 0 {
		return 0
	}
	sum := 0
	for _, step := range dqt[1:65] {
		sum += int(step)
	}
	if sum > annexK {
		return max(50*annexK/sum, 1)
	}
	return min(100-50*sum/annexK, 100)
}

// minBytes returns the minimum size of the scans in bytes. Every block takes at least one bit for its DC
// coefficient, and in a sequential file one more bit for the end of the block. With arithmetic coding the
// minimum is 0.
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
