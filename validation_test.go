package thumbnail_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
)

// A validation error states the rule that was violated, so that nobody has to look it up.
func TestAValidationErrorStatesTheRule(t *testing.T) {
	signer := newSigner(t)
	ok := thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 10}, Method: "crop", Ext: ".jpg"}
	with := func(change func(*thumbnail.Spec)) error {
		s := ok
		change(&s)
		_, err := thumbnail.Links{Base: "/", Signer: signer}.URL(s)
		return err
	}
	parsed := func(path string) error { _, _, err := thumbnail.ParsePath(path); return err }
	size := func(s string) error { _, err := thumbnail.ParseSize(s); return err }
	base := func(base string) error { _, err := thumbnail.Links{Base: base, Signer: signer}.URL(ok); return err }
	preset := func(p thumbnail.Preset) error {
		return thumbnail.Links{Base: "/", Signer: signer, Presets: thumbnail.Presets{"card": p}}.Check()
	}
	box := thumbnail.Size{Width: 10, Height: 10}
	for _, c := range []struct {
		err  error
		says string
	}{
		{with(func(s *thumbnail.Spec) { s.Source = "" }), "segments of 1 to 255 bytes"},
		{with(func(s *thumbnail.Spec) { s.Source = "../k.jpg" }), "none of them . or .."},
		{with(func(s *thumbnail.Spec) { s.Source = strings.Repeat("a/", 600) + "a" }), "1000 together"},
		{with(func(s *thumbnail.Spec) { s.Source = strings.Repeat("a/", 490) + "a" }), "longer than 1000 bytes"},
		{with(func(s *thumbnail.Spec) { s.Size = thumbnail.Size{} }), "two sides of 1 to 99999 pixels, of which one may be 0"},
		{with(func(s *thumbnail.Spec) { s.Size.Width = -1 }), "two sides of 1 to 99999 pixels"},
		{with(func(s *thumbnail.Spec) { s.Method = "cut" }), "is not one of crop, entropy, fit, focus"},
		{with(func(s *thumbnail.Spec) { s.Method = "focus_1" }), "two numbers of 0 to 100, such as 42_67"},
		{with(func(s *thumbnail.Spec) { s.Ext = "jpg" }), ".jpg, .jpeg, .png, .gif"},
		{with(func(s *thumbnail.Spec) { s.Version = "a-b" }), "1 to 32 letters, digits and underscores"},
		{parsed("k.jpg"), "source/size/method/secret.ext"},
		{parsed("k.jpg/10x10/crop/-abc.jpg"), "1 to 32 letters, digits and underscores"},
		{parsed("k.jpg/10x10/crop/a+c.jpg"), "the secret is not 1 to 128 letters, digits and underscores"},
		{parsed("k.jpg/10x10/Crop/abc.jpg"), "1 to 32 of a-z, 0-9 and _"},
		{parsed("k.jpg/10x10/crop/abc.JPG"), "a dot and 1 to 8 of a-z and 0-9"},
		{parsed(strings.Repeat("k", 1001)), "longer than 1000 bytes"},
		{size("10"), "of the form 100x100, 100x or x100"},
		{size("100000x"), "sides of 1 to 99999 pixels"},
		{base("thumbs"), "does not begin with /, //, http://, https:// or ./"},
		{base("/thumbs?x"), `has one of ? # \ " < > or white space`},
		{thumbnail.Links{Base: "/"}.Check(), "NewSigner makes one"},
		{preset(thumbnail.Preset{}), "two sides of 1 to 99999 pixels"},
		{preset(thumbnail.Preset{Size: thumbnail.Size{Width: 5000}}), "more than MaxWidth × MaxHeight, 4096x4096 (Links.MaxWidth)"},
		{preset(thumbnail.Preset{Size: box, Method: "cut"}), "is not one of crop, entropy"},
		{preset(thumbnail.Preset{Size: box, Formats: []string{".jxl"}}), "is not one of .jpg"},
		{preset(thumbnail.Preset{Size: box, Widths: []int{0}}), "is not 1 to 4096"},
		{preset(thumbnail.Preset{Size: box, Densities: []float64{11}}), "density 11 is not 0.1 to 10"},
		{preset(thumbnail.Preset{Size: box, Widths: make([]int, 0, 1), Densities: make([]float64, 33)}), "density 0 is not 0.1 to 10"},
		{preset(thumbnail.Preset{Size: thumbnail.Size{Height: 10}, Widths: []int{10}}), "Widths need a Size with a width"},
	} {
		if assert.ErrorIs(t, c.err, thumbnail.ErrInvalid, c.says) {
			assert.ErrorContains(t, c.err, c.says)
		}
	}
	s := newSite(t)
	for _, source := range []string{"", "../x", "a//b"} {
		assert.ErrorContains(t, s.handler(t).Remove(t.Context(), source), "segments of 1 to 255 bytes")
	}
}

// The error of a preset names it once, and says where to fix the cause.
func TestAPresetThatAHandlerCannotServeNamesTheFieldOfConfig(t *testing.T) {
	box := thumbnail.Size{Width: 10, Height: 10}
	for want, p := range map[string]thumbnail.Preset{
		`thumbnail: Config.Presets: preset "card": extension ".avif" is not one of .gif, .jpeg, .jpg, .png, .webp (Config.Encoders)`:            {Size: box, Formats: []string{".avif"}},
		`thumbnail: Config.Presets: preset "card": method "cut" is not one of crop, entropy, fit, focus, pad, scale, smart (Config.Processors)`: {Size: box, Method: "cut"},
		`thumbnail: Config.Presets: preset "card": size 5000x is more than MaxWidth × MaxHeight, 4096x4096 (Config.MaxWidth)`:                   {Size: size(5000, 0)},
	} {
		s := newSite(t)
		s.Presets = thumbnail.Presets{"card": p}
		_, err := thumbnail.NewHandler(s.Config)
		assert.EqualError(t, err, want)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	}
}

// Links return an error for every size that the handler refuses for all originals.
func TestLinksRefuseEverySizeThatTheHandlerRefuses(t *testing.T) {
	s := newSite(t)
	s.MaxWidth, s.MaxHeight = 300, 200
	h := s.handler(t)
	for box, allowed := range map[thumbnail.Size]bool{size(300, 200): true, size(0, 200): true, size(301, 1): false, size(0, 201): false, size(301, 0): false} {
		spec := thumbnail.Spec{Source: "k.jpg", Size: box, Method: "scale", Ext: ".jpg"}
		_, err := h.Links("/").URL(spec)
		assert.Equal(t, allowed, err == nil, "%v: %v", box, err)
		signed, err := thumbnail.URL("/", s.Signer, spec)
		assert.NoError(t, err)
		assert.Equal(t, allowed, get(h, signed).Code != 400, "%v", box)
	}
}
