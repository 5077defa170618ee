package command

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// closed is a file system whose directory "closed" can't be read.
type closed struct{ fstest.MapFS }

func (c closed) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "closed" {
		return nil, fs.ErrPermission
	}
	return c.MapFS.ReadDir(name)
}

func TestFolderThatCannotBeReadIsLeftOut(t *testing.T) {
	files := closed{fstest.MapFS{"closed/a.jpg": {}, "open/b.jpg": {}}}
	var found []string
	unread, err := filesOf(files)(t.Context(), func(name string) error {
		found = append(found, name)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, unread)
	require.Equal(t, []string{"open/b.jpg"}, found)
}
