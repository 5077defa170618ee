package storage_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleNewFile() {
	b := []byte("from a database")
	f := storage.NewFile(bytes.NewReader(b), storage.Info{
		Name:    "animals/kitten.jpg",
		ModTime: time.Date(2013, 2, 11, 0, 0, 0, 0, time.UTC),
		ETag:    `"5d41402a"`,
	})
	defer f.Close()
	info, _ := f.Stat()
	fmt.Println(info.Name(), info.Size(), info.Mode(), info.ModTime().Year())
	fmt.Println(info.(interface{ ETag() string }).ETag())
	_, seeks := f.(io.Seeker)
	fmt.Println(seeks)
	// Output:
	// kitten.jpg 15 -r--r--r-- 2013
	// "5d41402a"
	// true
}

func TestAFileDoesWhatItsContentDoes(t *testing.T) {
	const text = "some content"
	require.NoError(t, iotest.TestReader(storage.NewFile(strings.NewReader(text), storage.Info{}), []byte(text)))

	stream := storage.NewFile(iotest.OneByteReader(strings.NewReader(text)), storage.Info{Name: "x", Size: 12})
	require.NoError(t, iotest.TestReader(stream, []byte(text)))
	_, seeks := stream.(io.Seeker)
	assert.False(t, seeks)
	assert.NoError(t, stream.Close(), "content that needs no Close")
}

func TestAFileAsksItsContentForTheSizeThatIsNotGiven(t *testing.T) {
	for name, c := range map[string]struct {
		r    io.Reader
		size int64
		want int64
	}{
		"bytes.Reader":     {bytes.NewReader(make([]byte, 5)), 0, 5},
		"strings.Reader":   {strings.NewReader("12345"), 0, 5},
		"bytes.Buffer":     {bytes.NewBufferString("12345"), 0, 5},
		"io.SectionReader": {io.NewSectionReader(strings.NewReader("12345"), 1, 3), 0, 3},
		"given":            {io.MultiReader(), 7, 7},
		"unknown":          {io.MultiReader(), 0, 0},
	} {
		info, err := storage.NewFile(c.r, storage.Info{Name: "x", Size: c.size}).Stat()
		require.NoError(t, err)
		assert.Equal(t, c.want, info.Size(), name)
		assert.True(t, info.Mode().IsRegular())
	}
}

func TestAFileClosesItsContent(t *testing.T) {
	c := &closing{Reader: strings.NewReader("")}
	assert.ErrorIs(t, storage.NewFile(c, storage.Info{}).Close(), fs.ErrClosed)
}

type closing struct{ io.Reader }

func (*closing) Close() error { return fs.ErrClosed }
