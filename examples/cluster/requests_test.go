//go:build unix

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// answer is the response to a request.
type answer struct {
	status int
	body   []byte
	err    error
	took   time.Duration
}

// get requests the thumbnail of an original at an address.
func (f *fleet) get(address, original string) (a answer) {
	start := time.Now()
	defer func() { a.took = time.Since(start) }()
	resp, err := f.client.Get("http://" + address + "/" + f.key(original))
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, body: body, err: err}
}

// getAgain is like get, but sends the request again as long as the answer is 503.
func (f *fleet) getAgain(address, original string) (a answer) {
	for start := time.Now(); time.Since(start) < clientTimeout; time.Sleep(100 * time.Millisecond) {
		if a = f.get(address, original); a.status != http.StatusServiceUnavailable {
			return a
		}
	}
	return a
}

// ask sends requests for originals all at once, distributed over the addresses.
func (f *fleet) ask(addresses, names []string) (wait func() []answer) {
	return askBy(f.get, addresses, names)
}

// askBy sends requests for originals all at once, distributed over the addresses.
func askBy(get func(address, original string) answer, addresses, names []string) (wait func() []answer) {
	answers := make([]answer, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { answers[i] = get(addresses[i%len(addresses)], name) })
	}
	return func() []answer { wg.Wait(); return answers }
}

// requirePicture requires that a response is a complete thumbnail.
func (f *fleet) requirePicture(a answer) {
	f.t.Helper()
	require.NoError(f.t, a.err)
	require.Equal(f.t, http.StatusOK, a.status, "%.200s", a.body)
	require.NoError(f.t, f.check(a.body))
}

// check returns an error for a thumbnail that is incomplete or wrong.
func (f *fleet) check(b []byte) error {
	img, err := jpeg.Decode(bytes.NewReader(b))
	switch {
	case err != nil:
		return err
	case img.Bounds().Size() != image.Pt(f.size.Width, f.size.Height):
		return fmt.Errorf("it has %v pixels", img.Bounds().Size())
	case !bytes.HasSuffix(b, []byte{0xff, 0xd9}):
		return fmt.Errorf("it has %d bytes and no end", len(b))
	}
	return nil
}

// requireWhole requires that every stored file is a complete thumbnail, and returns how many there are.
func (f *fleet) requireWhole() (n int) {
	f.t.Helper()
	see := func(key string, file fs.File, err error) {
		require.NoError(f.t, err)
		defer file.Close()
		b, err := io.ReadAll(file)
		require.NoError(f.t, err)
		assert.NoError(f.t, f.check(b), key)
		n++
	}
	if f.setup.Dir != "" {
		dir := os.DirFS(f.setup.Dir)
		require.NoError(f.t, fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && storage.ValidKey(name) {
				file, err := dir.Open(name)
				see(name, file, err)
			}
			return err
		}))
		return n
	}
	store, err := s3.Open(f.setup.S3, thumbsBucket, s3.Config{})
	require.NoError(f.t, err)
	defer store.Close()
	for entry, err := range store.List(f.t.Context(), "") {
		require.NoError(f.t, err)
		file, err := store.Open(f.t.Context(), entry.Key)
		see(entry.Key, file, err)
	}
	return n
}
