package jpeg

import (
	"context"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

const (
	profileName = "ICC_PROFILE\x00"
	profileHead = int64(len(profileName) + 2) // followed by the number of the part and the number of parts

	// maxProfile is the maximum size of an ICC profile in bytes; a larger one is ignored. Printer profiles have
	// up to 3 MB.
	maxProfile = 4 << 20
)

// profile collects the APP2 segments that hold an ICC profile (ICC.1:2022, B.4). The segments may come in any order.
// If one is missing, the profile is ignored. Of segments with the same number the first one counts, as in browsers.
type profile struct {
	parts  []segment // by part number; empty if not yet read
	have   int
	size   int64 // total size in bytes
	broken bool
}

// add records an APP2 segment whose data begins with b.
func (p *profile) add(b []byte, seg segment) {
	if p.broken || int64(len(b)) < profileHead || !strings.HasPrefix(string(b[:len(profileName)]), profileName) {
		return
	}
	number, count := int(b[len(profileName)]), int(b[len(profileName)+1])
	if p.parts == nil {
		p.parts = make([]segment, count+1)
	}
	if p.complete() {
		return // a second profile
	}
	if count != len(p.parts)-1 || number < 1 || number > count {
		p.broken = true
		return
	}
	if p.parts[number].marker != 0 {
		return
	}
	p.parts[number] = seg
	p.have++
	p.size += seg.size - profileHead
}

func (p *profile) complete() bool {
	return !p.broken && p.have > 0 && p.have == len(p.parts)-1 && p.size > 0 && p.size <= maxProfile
}

// joined returns the memory in bytes for joining the parts: 0 if there is only one.
func (p *profile) joined() int64 {
	if !p.complete() || p.have == 1 {
		return 0
	}
	return p.size
}

// bytes returns the profile of a file, or nil if there is none. The result may be a slice of data.
func (p *profile) bytes(ctx context.Context, data []byte) ([]byte, error) {
	if !p.complete() {
		return nil, nil
	}
	part := func(seg segment) []byte { return data[seg.body+profileHead : seg.body+seg.size] }
	if p.have == 1 {
		return part(p.parts[1]), nil
	}
	all, err := codec.Bytes(ctx, int(p.size))
	if err != nil {
		return nil, err
	}
	rest := all
	for _, seg := range p.parts[1:] {
		rest = rest[copy(rest, part(seg)):]
	}
	return all, nil
}

// readColor implements Format.Color. It returns the color space of the pixels and the ICC profile.
func readColor(ctx context.Context, data []byte, _ *codec.Header) (codec.Color, error) {
	s := segments{r: codec.NewBytesReader(ctx, data)}
	var f frame
	var p profile
	_, err := s.readHead(&f, func(seg segment) error {
		if seg.marker != mAPP2 {
			return ctx.Err()
		}
		b, err := s.head(seg, profileHead)
		if err == nil {
			p.add(b, seg)
		}
		return err
	})
	if err != nil {
		return codec.Color{}, err
	}
	c := codec.Color{Space: map[int]codec.Space{1: codec.SpaceGray, 3: codec.SpaceRGB, 4: codec.SpaceCMYK}[len(f.comps)]}
	c.Profile, err = p.bytes(ctx, data)
	return c, err
}
