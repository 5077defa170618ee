package fronttest

import (
	"image/jpeg"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
)

// A Break is one fault of a deployment, and the finding of doctor that it must cause.
type Break struct {
	Edit      []string               // replacements in the configuration, in pairs of old and new text
	Responder thumbnail.Responder    // of the handler; nil means the correct one
	Signer    thumbnail.Signer       // of the handler; nil means the correct one
	Prefixed  bool                   // the handler receives the prefix that http.StripPrefix should remove
	Down      bool                   // no process listens at the address of the handler
	Files     func(dir string) error // changes the directory of the thumbnails
	Want      string                 // part of the only finding
}

// TestDoctor checks that doctor reports each fault.
func TestDoctor(t *testing.T, k front.Kind, broken map[string]Break) {
	Find(t, k)
	other, err := thumbnail.NewSigner([]byte("another key, which is long enough"))
	require.NoError(t, err)
	broken["another key"] = Break{Signer: other, Want: "different key or signer"}
	broken["StripPrefix forgotten"] = Break{Prefixed: true, Want: "http.StripPrefix"}
	broken["no handler"] = Break{Down: true, Want: "cannot reach the handler"}
	for name, b := range broken {
		t.Run(name, func(t *testing.T) {
			k := k
			s := newSite(t, k, b)
			for i := 0; i < len(b.Edit); i += 2 {
				require.Contains(t, k.Site, b.Edit[i])
				k.Site = strings.ReplaceAll(k.Site, b.Edit[i], b.Edit[i+1])
			}
			app := strings.TrimPrefix(s.app.URL, "http://")
			if b.Down {
				app, err = front.FreeAddress()
				require.NoError(t, err)
			}
			server := s.StartBefore(k, app)
			if b.Files != nil {
				require.NoError(t, b.Files(s.Thumbs))
				t.Cleanup(func() { _ = os.Chmod(s.Thumbs, 0o755) })
			}
			findings := s.Doctor(t, server)
			require.Len(t, findings, 1)
			assert.Contains(t, findings[0].String(), b.Want)
			t.Log(findings[0])
		})
	}
}

// TestFallback checks that the handler sends a thumbnail if the web server does not find the file that it named. The
// edit of the configuration lets the web server look for these files elsewhere.
func TestFallback(t *testing.T, k front.Kind, old, replacement string) {
	Find(t, k)
	s := newSite(t, k, Break{})
	require.Contains(t, k.Site, old)
	k.Site = strings.Replace(k.Site, old, replacement, 1)
	server := s.StartBefore(k, strings.TrimPrefix(s.app.URL, "http://"))
	link, err := thumbnail.URL(server.URL+"/thumbs/", s.Signer, thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 40}, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	resp, err := http.Get(link)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	for name, value := range map[string]string{"Content-Type": "image/jpeg", "Cache-Control": "public, max-age=2592000", "X-Content-Type-Options": "nosniff"} {
		assert.Equal(t, []string{value}, resp.Header[name], "%s, once", name)
	}
	config, err := jpeg.DecodeConfig(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, 40, config.Width)
}

// TestStatus checks the status of a path, after an edit of the configuration.
func TestStatus(t *testing.T, k front.Kind, old, replacement, path string, want int) {
	Find(t, k)
	s := newSite(t, k, Break{})
	require.Contains(t, k.Site, old)
	k.Site = strings.Replace(k.Site, old, replacement, 1)
	server := s.StartBefore(k, strings.TrimPrefix(s.app.URL, "http://"))
	assert.Equal(t, want, visit(t, http.MethodGet, server.URL+path).status)
}
