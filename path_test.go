package thumbnail_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail"
)

func newSigner(t testing.TB) *thumbnail.HMACSigner {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	require.NoError(t, err)
	return signer
}

func TestOnlySizesOfTheGrammarAreParsed(t *testing.T) {
	for s, want := range map[string]thumbnail.Size{
		"100x100": {100, 100}, "100x": {100, 0}, "x100": {0, 100}, "100x0": {100, 0}, "0x100": {0, 100},
		"1x1": {1, 1}, "99999x99999": {99999, 99999}, "x9": {0, 9},
	} {
		size, err := thumbnail.ParseSize(s)
		assert.NoError(t, err, s)
		assert.Equal(t, want, size, s)
	}
	for _, s := range []string{
		"", "x", "0x0", "0x", "x0", "100", "100 x 100", "100X100", "-1x5", "1.5x2", "+1x2", " 100x100", "100x100 ", "100x100\n", "100x100x100",
		"007x9", "7x09", "00x5", "5x00", "100000x1", "1x100000", "99999999999999999999x1", "١x١", "1×1", "0x0x0", "1e2x1",
	} {
		_, err := thumbnail.ParseSize(s)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, "%q", s)
	}
}

func TestASizePrintsCanonically(t *testing.T) {
	assert.Equal(t, "100x", thumbnail.Size{Width: 100}.String())
	assert.Equal(t, "x100", thumbnail.Size{Height: 100}.String())
	assert.Equal(t, "100x50", thumbnail.Size{Width: 100, Height: 50}.String())
	assert.Equal(t, "99999x99999", thumbnail.Size{Width: 99999, Height: 99999}.String())
}

func TestPathsOfTheGrammarAreParsed(t *testing.T) {
	long := strings.Repeat("é", 127) + "x" // 255 bytes
	for path, want := range map[string]thumbnail.Spec{
		"animals/kitten.jpg/100x100/crop/abc.jpg": {Source: "animals/kitten.jpg", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg"},
		"k/1x/a/v2-abc.png":                       {Source: "k", Size: thumbnail.Size{Width: 1}, Method: "a", Ext: ".png", Version: "v2"},
		"a b/+&=:@,;?#%2F'\"<>/x1/m_9/A_z09.webp": {Source: "a b/+&=:@,;?#%2F'\"<>", Size: thumbnail.Size{Height: 1}, Method: "m_9", Ext: ".webp"},
		"日本/😀.jpg/100x0/crop/abc.jpg":             {Source: "日本/😀.jpg", Size: thumbnail.Size{Width: 100}, Method: "crop", Ext: ".jpg"},
		long + "/1x1/crop/a.j":                    {Source: long, Size: thumbnail.Size{Width: 1, Height: 1}, Method: "crop", Ext: ".j"},
		".../..a/.b/1x1/crop/a.12345678":          {Source: ".../..a/.b", Size: thumbnail.Size{Width: 1, Height: 1}, Method: "crop", Ext: ".12345678"},
		"k/1x1/crop/x/1x1/crop/a.j":               {Source: "k/1x1/crop/x", Size: thumbnail.Size{Width: 1, Height: 1}, Method: "crop", Ext: ".j"},
		"k\u0080/1x1/" + strings.Repeat("m", 32) + "/" + strings.Repeat("V", 32) + "-" + strings.Repeat("s", 128) + ".j": {
			Source: "k\u0080", Size: thumbnail.Size{Width: 1, Height: 1}, Method: strings.Repeat("m", 32), Ext: ".j", Version: strings.Repeat("V", 32)},
	} {
		got, secret, err := thumbnail.ParsePath(path)
		assert.NoError(t, err, path)
		assert.Equal(t, want, got, path)
		assert.NotEmpty(t, secret)
	}
}

func TestPathsOutsideTheGrammarAreInvalid(t *testing.T) {
	segments := strings.Repeat(strings.Repeat("s", 200)+"/", 4)
	for _, path := range []string{
		"", "/", "////", "a", "a/1x1", "1x1/crop/a.jpg", "a/1x1/crop", "/1x1/crop/a.jpg", "a//1x1/crop/a.jpg", "/a/1x1/crop/a.jpg", "a//b/1x1/crop/a.jpg",
		"./1x1/crop/a.jpg", "../1x1/crop/a.jpg", "a/../b/1x1/crop/a.jpg", "a/./b/1x1/crop/a.jpg", "a/b/../1x1/crop/a.jpg",
		"a\\b/1x1/crop/a.jpg", "a\x00/1x1/crop/a.jpg", "a\x1f/1x1/crop/a.jpg", "a\x7f/1x1/crop/a.jpg", "a\n/1x1/crop/a.jpg", "a\xff/1x1/crop/a.jpg",
		strings.Repeat("s", 256) + "/1x1/crop/a.jpg",
		segments + strings.Repeat("t", 1000-len(segments)-len("/1x1/crop/a.jpg")+1) + "/1x1/crop/a.jpg",
		"k/0x0/crop/a.jpg", "k/01x1/crop/a.jpg", "k/100/crop/a.jpg", "k//crop/a.jpg",
		"k/1x1//a.jpg", "k/1x1/Crop/a.jpg", "k/1x1/cr-op/a.jpg", "k/1x1/crop /a.jpg", "k/1x1/" + strings.Repeat("m", 33) + "/a.jpg",
		"k/1x1/crop/", "k/1x1/crop/a", "k/1x1/crop/.jpg", "k/1x1/crop/a.", "k/1x1/crop/a.JPG", "k/1x1/crop/a.jp_g", "k/1x1/crop/a.123456789", "k/1x1/crop/a.tar.gz",
		"k/1x1/crop/abc.jpg/", "k/1x1/crop/a-.jpg", "k/1x1/crop/-a.jpg", "k/1x1/crop/a-b-c.jpg", "k/1x1/crop/a b.jpg", "k/1x1/crop/é.jpg",
		"k/1x1/crop/" + strings.Repeat("v", 33) + "-a.jpg", "k/1x1/crop/" + strings.Repeat("s", 129) + ".jpg", "k/1x1/crop/a.jpg\n",
	} {
		_, _, err := thumbnail.ParsePath(path)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, "%q", path)
	}
	longest := segments + strings.Repeat("t", 1000-len(segments)-len("/1x1/crop/a.jpg")) + "/1x1/crop/a.jpg"
	_, _, err := thumbnail.ParsePath(longest)
	assert.NoError(t, err, "%d bytes", len(longest))
}

func TestURLIsJoinedToEveryBase(t *testing.T) {
	signer := newSigner(t)
	spec := thumbnail.Spec{Source: "animals/kitten.jpg", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg"}
	const path = "animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg"
	for base, want := range map[string]string{
		"": path, "/": "/" + path, "/thumbs": "/thumbs/" + path, "/thumbs/": "/thumbs/" + path,
		"https://img.example.com": "https://img.example.com/" + path, "https://img.example.com/": "https://img.example.com/" + path,
		"//cdn.example.com/t/": "//cdn.example.com/t/" + path, "//cdn.example.com/t": "//cdn.example.com/t/" + path,
	} {
		got, err := thumbnail.URL(base, signer, spec)
		assert.NoError(t, err)
		assert.Equal(t, want, got, "base %q", base)
	}
	for _, base := range []string{"/?q=1", "/a#b", "/a b", `\\evil`, "/a\nb", `/"`} {
		_, err := thumbnail.URL(base, signer, spec)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, base)
	}
}

func TestURLsAreEscapedAsDjangoDoes(t *testing.T) {
	for source, want := range map[string]string{
		"fotos/gatinho é.jpg":               "fotos/gatinho%20%C3%A9.jpg",
		"a-b/c d+e%20f_(1)~!*'.jpg&=:@,;?#": "a-b/c%20d%2Be%2520f_(1)~!*'.jpg%26%3D%3A%40%2C%3B%3F%23",
		"javascript:alert(1)":               "javascript%3Aalert(1)",
	} {
		got, err := thumbnail.URL("", newSigner(t), thumbnail.Spec{Source: source, Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jpg"})
		require.NoError(t, err)
		assert.Equal(t, want, got[:strings.Index(got, "/1x/")])
	}
}

func TestURLRefusesSpecsOutsideTheGrammar(t *testing.T) {
	good := thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jpg"}
	for name, change := range map[string]func(*thumbnail.Spec){
		"no source":      func(s *thumbnail.Spec) { s.Source = "" },
		"dot dot":        func(s *thumbnail.Spec) { s.Source = "a/../b" },
		"leading slash":  func(s *thumbnail.Spec) { s.Source = "/a" },
		"trailing slash": func(s *thumbnail.Spec) { s.Source = "a/" },
		"NUL":            func(s *thumbnail.Spec) { s.Source = "a\x00" },
		"not UTF-8":      func(s *thumbnail.Spec) { s.Source = "a\xc0\xaf" },
		"too long": func(s *thumbnail.Spec) {
			s.Source = strings.Repeat(strings.Repeat("a", 250)+"/", 3) + strings.Repeat("b", 200)
		},
		"no size":    func(s *thumbnail.Spec) { s.Size = thumbnail.Size{} },
		"negative":   func(s *thumbnail.Spec) { s.Size.Width = -1 },
		"six digits": func(s *thumbnail.Spec) { s.Size.Width = 100000 },
		"method":     func(s *thumbnail.Spec) { s.Method = "Crop" },
		"no dot":     func(s *thumbnail.Spec) { s.Ext = "jpg" },
		"no ext":     func(s *thumbnail.Spec) { s.Ext = "" },
		"version":    func(s *thumbnail.Spec) { s.Version = "a-b" },
	} {
		s := good
		change(&s)
		_, err := thumbnail.URL("/", newSigner(t), s)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, name)
	}
	_, err := thumbnail.URL("/", nil, good)
	assert.ErrorIs(t, err, thumbnail.ErrInvalid, "no signer")
	_, err = thumbnail.URL("/", badSigner{}, good)
	assert.ErrorIs(t, err, thumbnail.ErrInvalid, "a secret that no path can have")
}

type badSigner struct{}

func (badSigner) Sign(thumbnail.Spec) string         { return "a-b" }
func (badSigner) Verify(thumbnail.Spec, string) bool { return true }

// decoded returns the path of a URL as a handler receives it: percent-decoded once by net/http, without the
// leading slash.
func decoded(t interface{ Fatalf(string, ...any) }, rawURL string) string {
	r := httptest.NewRequest(http.MethodGet, "http://example.com"+rawURL, nil)
	if _, err := url.Parse(rawURL); err != nil {
		t.Fatalf("%q is no URL: %v", rawURL, err)
	}
	return strings.TrimPrefix(r.URL.Path, "/")
}

func TestParsePathUndoesURL(t *testing.T) {
	signer := newSigner(t)
	segment := rapid.OneOf(
		rapid.StringMatching(`[ -~]{1,40}`), rapid.String(), rapid.Just("%2F"), rapid.Just("日本語"), rapid.Just("😀"), rapid.Just(strings.Repeat("é", 127)),
	).Filter(func(s string) bool { return !strings.Contains(s, "/") })
	rapid.Check(t, func(t *rapid.T) {
		spec := thumbnail.Spec{
			Source:  strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "segments"), "/"),
			Size:    thumbnail.Size{Width: rapid.IntRange(0, 99999).Draw(t, "width"), Height: rapid.IntRange(0, 99999).Draw(t, "height")},
			Method:  rapid.StringMatching(`[a-z0-9_]{1,32}`).Draw(t, "method"),
			Ext:     rapid.StringMatching(`\.[a-z0-9]{1,8}`).Draw(t, "ext"),
			Version: rapid.StringMatching(`[A-Za-z0-9_]{0,32}`).Draw(t, "version"),
		}
		link, err := thumbnail.URL("/", signer, spec)
		if err != nil {
			if assertable(spec) {
				t.Fatalf("%+v is of the grammar: %v", spec, err)
			}
			return
		}
		got, secret, err := thumbnail.ParsePath(decoded(t, link))
		if err != nil || got != spec || !signer.Verify(spec, secret) {
			t.Fatalf("%q gives %+v %q %v", link, got, secret, err)
		}
	})
}

// assertable is an independent implementation of the grammar of sources.
func assertable(s thumbnail.Spec) bool {
	if len(s.Source) > 700 || s.Size == (thumbnail.Size{}) {
		return false
	}
	for _, segment := range strings.Split(s.Source, "/") {
		if segment == "" || segment == "." || segment == ".." || len(segment) > 255 || strings.ToValidUTF8(segment, "") != segment ||
			strings.ContainsFunc(segment, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
			return false
		}
	}
	return true
}

func FuzzParsePath(f *testing.F) {
	f.Add("animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg")
	f.Add("k/1x0/a/v2-abc.png")
	f.Add("日本/%2F/x1/m/s.j")
	f.Add("a/../b/1x1/crop/a.jpg")
	f.Fuzz(func(t *testing.T, path string) {
		spec, secret, err := thumbnail.ParsePath(path)
		if err != nil {
			require.ErrorIs(t, err, thumbnail.ErrInvalid)
			return
		}
		// A parsed path can be signed again, and the URL is that of the same thumbnail.
		link, err := thumbnail.URL("/", echoSigner(secret), spec)
		if err != nil {
			require.Greater(t, len(path)+2, 1000, "the other spelling of the size may be too long")
			return
		}
		again, secret2, err := thumbnail.ParsePath(decoded(t, link))
		require.NoError(t, err)
		require.Equal(t, spec, again)
		require.Equal(t, secret, secret2)
	})
}

type echoSigner string

func (e echoSigner) Sign(thumbnail.Spec) string         { return string(e) }
func (e echoSigner) Verify(thumbnail.Spec, string) bool { return true }

func FuzzURL(f *testing.F) {
	f.Add("animals/kitten.jpg", 100, 100, "crop", ".jpg", "")
	f.Add("a b+c%2F#?'\",", 0, 1, "m", ".j", "v")
	f.Fuzz(func(t *testing.T, source string, width, height int, method, ext, version string) {
		signer := newSigner(t)
		spec := thumbnail.Spec{Source: source, Size: thumbnail.Size{Width: width, Height: height}, Method: method, Ext: ext, Version: version}
		link, err := thumbnail.URL("/t/", signer, spec)
		if err != nil {
			require.ErrorIs(t, err, thumbnail.ErrInvalid)
			return
		}
		require.NotContains(t, link, " ")
		require.NotContains(t, link, ",")
		got, secret, err := thumbnail.ParsePath(strings.TrimPrefix(decoded(t, link), "t/"))
		require.NoError(t, err)
		require.Equal(t, spec, got)
		require.True(t, signer.Verify(spec, secret))
	})
}
