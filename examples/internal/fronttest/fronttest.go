// Package fronttest tests a web server in front of the handler: the real program, with the
// configuration of an example.
package fronttest

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/doctor"
	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Test runs the tests that every web server has to pass.
func Test(t *testing.T, k front.Kind) {
	Find(t, k)
	s := NewSite(t, k)
	fast, slow := s.Start(k), s.Start(AlwaysTheHandler(k))
	t.Run("the first request reaches the handler and the second does not", func(t *testing.T) { s.testTwoRequests(t, fast) })
	t.Run("conditional requests and ranges are right with and without the handler", func(t *testing.T) { s.testConditional(t, fast, slow) })
	t.Run("names of every kind survive", func(t *testing.T) { s.testNames(t, fast, slow) })
	t.Run("errors are the handler's", func(t *testing.T) { s.testErrors(t, fast) })
	t.Run("a wrong secret is 401 and leaves nothing on disk", func(t *testing.T) { s.testWrongSecret(t, fast) })
	t.Run("hostile paths get no further than 400 or 404", func(t *testing.T) { s.testHostile(t, fast) })
	t.Run("files that are no thumbnails are not served", func(t *testing.T) { s.testOtherFiles(t, fast) })
	t.Run("the doctor finds nothing", func(t *testing.T) { require.Empty(t, s.Doctor(t, fast)) })
}

// Find returns the path of the web server. Without it, Find skips the test, or fails it if THUMBNAIL_REAL
// is set.
func Find(t testing.TB, k front.Kind) {
	t.Helper()
	if _, err := k.Find(); errors.Is(err, front.ErrNotInstalled) {
		imagetest.Missing(t, err.Error())
	}
}

// AlwaysTheHandler returns a Kind that never finds the stored file itself, so that every request reaches
// the handler.
func AlwaysTheHandler(k front.Kind) front.Kind {
	k.Site = strings.ReplaceAll(k.Site, "^/thumbs/(", "^/never/(")
	return k
}

// A Site is a handler with its storage and source, and the web servers in front of it.
type Site struct {
	t       testing.TB
	kind    front.Kind
	Signer  thumbnail.Signer
	Config  thumbnail.Config
	Thumbs  string       // directory of the storage
	stream  http.Handler // streams stored thumbnails
	app     *httptest.Server
	asked   atomic.Int64 // requests that reached the handler
	sources fstest.MapFS
}

// A Server is a running web server.
type Server struct {
	URL string // without a slash at its end
	log *syncBuffer
}

// NewSite makes a site for a kind. Its handler has the kind's responder. The site is closed at the end of
// the test.
func NewSite(t testing.TB, k front.Kind) *Site { return newSite(t, k, Break{}) }

func newSite(t testing.TB, k front.Kind, b Break) *Site {
	t.Helper()
	s := &Site{t: t, kind: k, Thumbs: filepath.Join(PublicDir(t), "thumbs"), sources: fstest.MapFS{}}
	require.NoError(t, os.Mkdir(s.Thumbs, 0o755))
	s.Source("k.jpg")
	var err error
	s.Signer, err = thumbnail.NewSigner([]byte(key))
	require.NoError(t, err)
	dir, err := storage.OpenDir(s.Thumbs)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dir.Close()) })
	s.Config = thumbnail.Config{
		Source:  storage.FS(s.sources),
		Storage: dir,
		Signer:  s.Signer,
		// Only the extension of the file matters here, not its content.
		Encoders:  thumbnail.Encoders{".webp": processors.JPEG{}, ".avif": processors.JPEG{}},
		Logger:    slog.New(slog.DiscardHandler),
		Responder: response.Stream{},
	}
	s.stream = s.handler()
	s.Config.Responder = response.Nginx{Prefix: "/_thumbs/"}
	if k.Response == "apache" {
		s.Config.Responder = response.Apache{Root: s.Thumbs}
	}
	if b.Responder != nil {
		s.Config.Responder = b.Responder
	}
	if b.Signer != nil {
		s.Config.Signer = b.Signer
	}
	h := s.handler()
	if b.Prefixed {
		h, err = thumbnail.NewHandler(s.Config)
		require.NoError(t, err)
	}
	s.app = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.app.Close)
	return s
}

func (s *Site) handler() http.Handler {
	h, err := thumbnail.NewHandler(s.Config)
	require.NoError(s.t, err)
	return http.StripPrefix("/thumbs", h)
}

// PublicDir returns a temporary directory that other users can enter.
func PublicDir(t testing.TB) string {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	require.NoError(t, front.Reachable(dir))
	return dir
}

// Start starts a web server in front of the site.
func (s *Site) Start(k front.Kind) Server {
	s.t.Helper()
	return s.StartBefore(k, strings.TrimPrefix(s.app.URL, "http://"))
}

// StartBefore starts a web server in front of the handler at an address.
func (s *Site) StartBefore(k front.Kind, app string) Server {
	s.t.Helper()
	log := &syncBuffer{}
	var err error
	for range 3 { // another process may have taken a free port before the server binds it
		address, e := front.FreeAddress()
		require.NoError(s.t, e)
		var p *front.Process
		if p, err = k.Start(front.Site{Address: address, App: app, Thumbs: s.Thumbs, Dir: PublicDir(s.t)}, log); err == nil {
			s.t.Cleanup(func() {
				require.NoError(s.t, p.Stop())
				if s.t.Failed() {
					s.t.Logf("%s wrote:\n%s", k.Name, log)
				}
			})
			return Server{"http://" + address, log}
		}
	}
	require.NoError(s.t, err, "%s", log)
	return Server{}
}

// Source adds an original.
func (s *Site) Source(name string) {
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			img.SetRGBA(x, y, color.RGBA{uint8(x), uint8(2 * y), byte(x*y) ^ byte(len(s.sources)), 255})
		}
	}
	var b bytes.Buffer
	require.NoError(s.t, jpeg.Encode(&b, img, nil))
	s.sources[name] = &fstest.MapFile{Data: b.Bytes()}
}

// Link returns the path of a thumbnail in its URL.
func (s *Site) Link(source, size, ext, version string) string {
	px, err := thumbnail.ParseSize(size)
	require.NoError(s.t, err)
	link, err := thumbnail.URL("/thumbs/", s.Signer, thumbnail.Spec{Source: source, Size: px, Method: "crop", Ext: ext, Version: version})
	require.NoError(s.t, err)
	return link
}

// stored returns the files of the storage.
func (s *Site) stored(t *testing.T) (names []string) {
	require.NoError(t, fs.WalkDir(os.DirFS(s.Thumbs), ".", func(name string, e fs.DirEntry, err error) error {
		if !e.IsDir() && storage.ValidKey(name) { // others are internal files of the storage
			names = append(names, name)
		}
		return err
	}))
	return names
}

// Doctor examines a server by package doctor.
func (s *Site) Doctor(t *testing.T, server Server) []doctor.Finding {
	findings, err := doctor.Examiner{Client: client}.Examine(t.Context(), thumbnail.Links{Base: server.URL + "/thumbs/", Signer: s.Signer},
		thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 40}, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	return findings
}

// syncBuffer is a buffer that several goroutines may write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
