// Package imagetest has helpers for tests of pictures: the paths of test files that are not in the
// repository, generated pictures, and measures of similarity.
package imagetest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A File is a row of the corpus' manifest.
type File struct {
	Name     string      // relative to the folder of the corpus, with slashes
	Path     string      // to open the file
	Format   string      // "JPEG", "PNG", …
	Features string      // keywords for the unusual features of the file
	Own      bool        // made by internal/corpus
	Expect   string      // "ok", "reject", "limit", "lenient", "optional" or "either"
	Display  image.Point // upright size in pixels; 0 if there is no picture
}

// Corpus returns the folder of unusual images next to the repository, which has a MANIFEST.tsv. Tests of
// the corpus take too long for go test -short.
func Corpus(t testing.TB) string {
	t.Helper()
	Long(t)
	return shared(t, "corpus")
}

// CorpusFiles returns all files of the corpora that exist: .corpus in this repository, which internal/corpus makes, and ../shared/corpus,
// which is optional. If there is none, it skips or fails the test, as Missing does.
func CorpusFiles(t testing.TB) (files []File) {
	t.Helper()
	Long(t)
	for _, dir := range []string{filepath.Join(repository(), ".corpus"), filepath.Join(repository(), "..", "shared", "corpus")} {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		for _, col := range Rows(t, dir) {
			f := File{Name: col[0], Path: filepath.Join(dir, filepath.FromSlash(col[0])), Own: col[1] == "own", Format: col[4], Features: col[8], Expect: col[9]}
			_, _ = fmt.Sscanf(col[6], "%dx%d", &f.Display.X, &f.Display.Y)
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		Missing(t, "there is no corpus: make corpus")
	}
	return files
}

// CorpusMatching returns the paths of the files of the corpus that match patterns.
func CorpusMatching(t testing.TB, patterns ...string) (paths []string) {
	t.Helper()
	return matching(t, Corpus(t), patterns)
}

// Gallery returns the paths of the photos of the gallery that match patterns.
func Gallery(t testing.TB, patterns ...string) (paths []string) {
	t.Helper()
	return matching(t, filepath.Join(repository(), "internal", "gallery", "photos"), patterns)
}

func matching(t testing.TB, dir string, patterns []string) (paths []string) {
	t.Helper()
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(p)))
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	require.NotEmpty(t, paths)
	return paths
}

// A FileFS is a file system of the files of a corpus, by name.
type FileFS []File

// Open opens the file with a name.
func (files FileFS) Open(name string) (fs.File, error) {
	for _, f := range files {
		if f.Name == name {
			return os.Open(f.Path)
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Long skips a test that takes several seconds, if go test -short is used.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
}

// Cases returns the folder "cases" next to the repository. It contains files with their expected pictures, and a MANIFEST.tsv.
func Cases(t testing.TB) string {
	t.Helper()
	Long(t)
	return shared(t, "cases")
}

// shared returns a folder of ../shared. If it does not exist, the test is skipped, or fails if
// THUMBNAIL_REAL is set to a value other than "alone".
func shared(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(repository(), "..", "shared", name)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("THUMBNAIL_REAL") == "alone" {
			t.Skip("../shared/" + name + " is not beside this repository")
		}
		Missing(t, "../shared/"+name+" is not beside this repository")
	}
	return dir
}

// repository returns the folder of the main module.
func repository() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Optional returns the path of a program with which a test does more, or "" if it is not installed. If THUMBNAIL_REAL is set, the test
// fails without it.
func Optional(t testing.TB, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && Real() {
		t.Fatal(name + " is not installed (Debian: " + debian + ")")
	}
	return path
}

// Missing skips a test that needs something that is not installed. If THUMBNAIL_REAL is set, the test
// fails.
func Missing(t testing.TB, what string) {
	t.Helper()
	if Real() {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Rows returns the rows of the manifest of a folder, without the header, each split into its fields.
func Rows(t testing.TB, dir string) (rows [][]string) {
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	require.NoError(t, err)
	for line := range strings.Lines(string(manifest)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	require.NotEmpty(t, rows)
	return rows[1:]
}

// Read reads a file, and decompresses it if it is compressed.
func Read(t testing.TB, path string) []byte {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if !strings.HasSuffix(path, ".gz") {
		return data
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	data, err = io.ReadAll(r)
	require.NoError(t, err)
	return data
}

// Real reports whether THUMBNAIL_REAL is set: then all programs and files that tests use have to exist. If
// its value is "alone", the files next to the repository may be missing, as in a fresh clone.
func Real() bool { return os.Getenv("THUMBNAIL_REAL") != "" }

// Program returns the path of a program of a Debian package. If it is not installed, Program skips or fails
// the test, as Missing does.
func Program(t testing.TB, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not installed (Debian: "+debian+")")
	}
	return path
}
