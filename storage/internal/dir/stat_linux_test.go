package dir

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStatAfterAnyWayOfReadingSeesWhatWasWrittenMeanwhile(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	defer d.Close()
	name := filepath.Join(root, "k.jpg")
	opens := map[string]func(key string) (fs.File, error){
		"by openat2":         func(key string) (fs.File, error) { return d.place.open(key) },
		"by package os":      d.place.openInRoot,
		"as any caller does": func(key string) (fs.File, error) { return d.Open(t.Context(), key) },
	}
	ways := map[string]func(f fs.File) error{
		"Read":   func(f fs.File) error { _, err := f.Read(make([]byte, 1)); return err },
		"ReadAt": func(f fs.File) error { _, err := f.(io.ReaderAt).ReadAt(make([]byte, 1), 0); return err },
		"Copy":   func(f fs.File) error { _, err := io.Copy(io.Discard, f); return err },
	}
	for how, open := range opens {
		for way, read := range ways {
			require.NoError(t, os.WriteFile(name, []byte("before"), 0o644))
			f, err := open("k.jpg")
			require.NoError(t, err)
			before, err := f.Stat()
			require.NoError(t, err)
			assert.EqualValues(t, 6, before.Size())
			require.NoError(t, read(f), "%s, %s", how, way)
			require.NoError(t, os.WriteFile(name, []byte("afterwards"), 0o644))
			after, err := f.Stat()
			require.NoError(t, err)
			assert.EqualValues(t, 10, after.Size(), "%s, %s", how, way)
			require.NoError(t, f.Close())
		}
	}
}
