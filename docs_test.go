package thumbnail_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"image"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// documents returns the documents of this module.
func documents(t *testing.T) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			all = append(all, path)
		}
		return nil
	}))
	require.Greater(t, len(all), 40)
	return all
}

// snippetPrelude declares the variables that snippets in the guides use.
const snippetPrelude = `
var (
	cfg        thumbnail.Config
	presets    thumbnail.Presets
	handler    *thumbnail.Handler
	signer     thumbnail.Signer
	photos     thumbnail.Storage
	thumbs     thumbnail.Storage
	secretKey  string
	photo      string
	mux        *http.ServeMux
	ctx        context.Context
	w          http.ResponseWriter
	r          *http.Request
	file       io.Reader
	t          *template.Template
	requireLogin func(http.Handler) http.Handler
)
`

// snippetImports are the packages that snippets use, by name.
var snippetImports = map[string]string{
	"thumbnail": "github.com/rest-thumbnails/thumbnail", "processors": "github.com/rest-thumbnails/thumbnail/processors",
	"response": "github.com/rest-thumbnails/thumbnail/response", "storage": "github.com/rest-thumbnails/thumbnail/storage",
	"s3": "github.com/rest-thumbnails/thumbnail/storage/s3", "redis": "github.com/rest-thumbnails/thumbnail/lock/redis",
	"httpsource": "github.com/rest-thumbnails/thumbnail/storage/httpsource",
	"goredis":    "github.com/redis/go-redis/v9",
	"context":    "context", "errors": "errors", "expvar": "expvar", "template": "html/template", "image": "image", "draw": "image/draw", "io": "io",
	"atomic": "sync/atomic", "log": "log", "slog": "log/slog", "http": "net/http", "os": "os", "strconv": "strconv", "time": "time",
}

// snippet makes a source file of a snippet, which is declarations or statements.
func snippet(block string) (source string, err error) {
	for _, form := range []string{"%s", "func _() {\n%s\n}"} {
		body := snippetPrelude + fmt.Sprintf(form, strings.TrimSpace(block))
		f, errParse := parser.ParseFile(token.NewFileSet(), "snippet.go", "package snippet\n"+body, parser.SkipObjectResolution)
		if errParse != nil {
			err = errParse
			continue
		}
		var imports []string
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && snippetImports[x.Name] != "" {
					imports = append(imports, fmt.Sprintf("import %s %q\n", x.Name, snippetImports[x.Name]))
				}
			}
			return true
		})
		slices.Sort(imports)
		return "package snippet\n" + strings.Join(slices.Compact(imports), "") + body, nil
	}
	return "", err
}

// exported finds the compiled packages.
func exported(t *testing.T) importer.Lookup {
	args := append([]string{"list", "-deps", "-export", "-f", "{{.ImportPath}}\t{{.Export}}"}, slices.Sorted(maps.Values(snippetImports))...)
	out, err := exec.Command("go", args...).Output()
	require.NoError(t, err)
	files := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		name, file, _ := strings.Cut(line, "\t")
		files[name] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}

// Every Go snippet in the guides compiles.
func TestGoSnippetsInTheGuidesCompile(t *testing.T) {
	imagetest.Long(t)
	fset := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", exported(t))}
	checked := 0
	for _, block := range fenced(t, "go") {
		if strings.HasPrefix(block, "package main") {
			continue // the tests of README.md build those
		}
		source, err := snippet(block)
		require.NoError(t, err, "%s", block)
		file, err := parser.ParseFile(fset, "snippet.go", source, parser.SkipObjectResolution)
		require.NoError(t, err)
		config.Error = func(err error) {
			if !strings.HasSuffix(err.Error(), "not used") && !strings.Contains(err.Error(), "declared and not used") { // variables of a snippet may be unused
				assert.NoError(t, err, "%s", block)
			}
		}
		_, _ = config.Check("snippet", fset, []*ast.File{file}, nil)
		formatted, err := format.Source([]byte(block))
		require.NoError(t, err, "%s", block)
		require.Equal(t, string(formatted), block, "gofmt would change it")
		checked++
	}
	require.Greater(t, checked, 10)
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the link targets of a document's headings, as GitHub makes them.
func anchors(text string) (all []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(strings.ToLower(notInAnchor.ReplaceAllString(m[1], "")), " ", "-"))
	}
	return all
}

// The links and pictures in the documents exist, and every picture can be decoded.
func TestTheTargetsOfLinksInDocumentsExist(t *testing.T) {
	for _, document := range documents(t) {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, m := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := document
			if path != "" {
				target = filepath.Join(filepath.Dir(document), filepath.FromSlash(path))
			}
			f, err := os.Open(target)
			if !assert.NoError(t, err, "%s links to %s", document, m[1]) {
				continue
			}
			switch filepath.Ext(target) {
			case ".jpg", ".png":
				_, _, err := image.Decode(f)
				assert.NoError(t, err, target)
			case ".md":
				linked, err := io.ReadAll(f)
				require.NoError(t, err)
				if anchor != "" {
					assert.Contains(t, anchors(string(linked)), anchor, "%s links to %s", document, m[1])
				}
			}
			f.Close()
		}
	}
}

// README.md is short, and its program shows a picture in a browser.
func TestREADMEIsShortAndItsProgramShowsAPicture(t *testing.T) {
	imagetest.Long(t)
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.LessOrEqual(t, strings.Count(string(text), "\n"), 250)
	dir := readmeFolder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "photos", "kitten.jpg"), photo(t, 1200, 900), 0o644))
	_, get := serveProgram(t, dir, "{{picture \"kitten.jpg\"")
	code, page := get("/")
	require.Equal(t, http.StatusOK, code)
	links := regexp.MustCompile(`/thumbs/[^" ,]+`).FindAllString(string(page), -1)
	require.Greater(t, len(links), 5, "%s", page)
	printed := regexp.QuoteMeta(strings.TrimSpace(blockWith(t, "text", "<picture>")))
	require.Regexp(t, strings.NewReplacer("…", `[^"]+`, "\n", `\s*`).Replace(printed), string(page), "README.md shows what the page contains")
	for _, link := range []string{links[0], links[len(links)-1]} {
		code, data := get(link)
		require.Equal(t, http.StatusOK, code, link)
		_, _, err := image.Decode(strings.NewReader(string(data)))
		require.NoError(t, err)
	}
}
