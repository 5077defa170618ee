package fronttest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
)

// Break is one way in which a deployment is wrong, and what the doctor has to say.
type Break struct {
	Edit      []string               // the configuration: texts and what stands in their place, in pairs
	Responder thumbnail.Responder    // of the handler, if not the right one
	Signer    thumbnail.Signer       // of the handler, if not the right one
	Prefixed  bool                   // the handler sees the prefix that http.StripPrefix should take off
	Down      bool                   // nothing listens where the handler should be
	Files     func(dir string) error // done to the directory of the thumbnails
	Want      string                 // a part of the one finding
}

// TestDoctor makes sure that the doctor finds what is wrong, and says it.
func TestDoctor(t *testing.T, k front.Kind, broken map[string]Break) {
	Find(t, k)
	other, err := thumbnail.NewHMACSigner([]byte("another key, which is long enough"))
	require.NoError(t, err)
	broken["another key"] = Break{Signer: other, Want: "another key"}
	broken["StripPrefix forgotten"] = Break{Prefixed: true, Want: "http.StripPrefix"}
	broken["no handler"] = Break{Down: true, Want: "does not reach the handler"}
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
