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
		case mDQT:
			b, err := s.head(seg, 65)
			if err != nil {
				return err
			}
			if q := qualityOf(b); q > 0 && h.Quality == 0 {
				h.Quality = q
			}
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

// annexK is the sum of the steps for luma in section K.1, which have quality 50.
const annexK = 3688

// qualityOf returns the quality of which an encoder of the Independent JPEG Group makes as fine steps as those of the
// first table of a DQT segment, or 0 if there is no table of 8 bits with number 0.
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
