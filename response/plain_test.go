package response_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/response"
)

type answer struct {
	status int
	header http.Header
	body   string
}

// A request with a validator that does not match is answered by [http.ServeContent].
func TestAPlainRequestGetsWhatServeContentSends(t *testing.T) {
	stream := func(method string, file *fstest.MapFile, header http.Header) answer {
		f, err := fstest.MapFS{"f": file}.Open("f")
		require.NoError(t, err)
		r := httptest.NewRequest(method, "/", nil)
		r.Header = header
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "image/jpeg")
		require.NoError(t, response.Stream{}.Respond(w, r, "f", f))
		return answer{w.Code, w.Header(), w.Body.String()}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, modified := range []time.Time{{}, time.Unix(0, 0), time.Unix(-3600, 0), time.Unix(1, 999), modified} {
			for _, data := range []string{"", content} {
				file := &fstest.MapFile{Data: []byte(data), ModTime: modified}
				plain := stream(method, file, http.Header{})
				served := stream(method, file, http.Header{"If-None-Match": {`"another"`}})
				assert.Equal(t, served, plain, "%s %v %q", method, modified, data)
			}
		}
	}
}

func TestAFileIsSentFromItsStartWhereverItHasBeenReadTo(t *testing.T) {
	f := open(t)
	_, err := f.Read(make([]byte, 5))
	require.NoError(t, err)
	w, err := respond(t, response.Stream{}, "k", f)
	require.NoError(t, err)
	assert.Equal(t, content, w.Body.String())
}

func TestAnEncodedAnswerHasNoContentLengthOfTheFile(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Encoding", "gzip")
	require.NoError(t, response.Stream{}.Respond(w, httptest.NewRequest(http.MethodGet, "/", nil), "k", open(t)))
	assert.Empty(t, w.Header().Get("Content-Length"))
}

func TestTheLengthIsThatOfTheContentWhateverStatReports(t *testing.T) {
	f := withInfo{noSeeker{open(t)}, info{modTime: modified}} // reports no bytes
	w, err := respond(t, response.Stream{}, "k", f)
	require.NoError(t, err)
	assert.Equal(t, content, w.Body.String())
}

// A shrunk file becomes empty after Seek has reported its size.
type shrunk struct {
	fs.File
	io.Seeker
}

func (shrunk) Read([]byte) (int, error) { return 0, io.EOF }

func TestAFileThatBecomesShorterAbortsTheAnswer(t *testing.T) {
	f := open(t)
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { _, _ = respond(t, response.Stream{}, "k", shrunk{f, f.(io.Seeker)}) })
}
