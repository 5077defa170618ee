package thumbnail_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// A time.Time has a monotonic reading unless it is removed; a clock that jumps then changes no duration.
// `make test-clock` runs the tests with such a clock.
func TestTimesForDurationsHaveAMonotonicReading(t *testing.T) {
	var files []string
	for _, dir := range []string{".", "lock", "lock/redis", "response", "storage", "internal/engine", "internal/codec"} {
		found, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		files = append(files, found...)
	}
	fset := token.NewFileSet()
	looked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		require.NoError(t, err)
		looked++
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if on, ok := method.X.(*ast.CallExpr); ok {
				if from, ok := on.Fun.(*ast.SelectorExpr); ok && from.Sel.Name == "Now" {
					assert.Contains(t, []string{"Add", "Sub", "Before", "After"}, method.Sel.Name, "%s: a time of day", fset.Position(call.Pos()))
				}
			}
			return true
		})
	}
	assert.Greater(t, looked, 80)
}

func TestPicturesOmittedFromAPageAreLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		defer slog.SetDefault(before)
		page := template.Must(template.New("page").Funcs(siteLinks(t).FuncMap()).Parse(`{{thumbnail . "avatar"}}{{img . "avatar" "alt" ""}}{{preload . "hero"}}{{srcset . "avatar"}}`))
		for i, lines := range []int{1, 1, 2, 2, 3} { // one page every half minute
			var text strings.Builder
			require.NoError(t, page.Execute(&text, "a\x00b"))
			assert.Empty(t, text.String())
			assert.Equal(t, lines, countLines(log.String(), "a picture is left out"), "after %d half minutes", i)
			time.Sleep(30 * time.Second)
		}
	})
}

func TestOnErrorReceivesEveryErrorInsteadOfTheLog(t *testing.T) {
	l := siteLinks(t)
	var all []error
	l.OnError = func(err error) { all = append(all, err) }
	for range 3 {
		_, err := renderWith(t, l, `{{thumbnail . "avatar"}}`, "a\x00b")
		require.NoError(t, err)
	}
	require.Len(t, all, 3)
	assert.ErrorIs(t, all[0], thumbnail.ErrInvalid)
}

func TestAWrongSecretIsExaminedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		counting := &countingSigner{Signer: s.Signer}
		url := "/one/two/three" + s.url(t, "k.jpg", "10x10", "crop", ".jpg")
		s.Signer = counting
		h := s.handler(t)
		forged := strings.Replace(url, "10x10", "11x11", 1)
		for range 3 {
			counting.verified = 0
			for range 50 {
				require.Equal(t, 401, get(h, forged).Code)
			}
			assert.Equal(t, 50+3, counting.verified, "without one, two and three segments, once")
			time.Sleep(time.Second)
		}
	})
}

type countingSigner struct {
	thumbnail.Signer
	verified int
}

func (s *countingSigner) Verify(spec thumbnail.Spec, secret string) bool {
	s.verified++
	return s.Signer.Verify(spec, secret)
}

func TestAHintIsLoggedOnceInTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		h := s.handler(t)
		url := s.url(t, "k.jpg", "10x10", "sepia", ".jpg")
		for i, lines := range []int{1, 1, 1, 2} {
			require.Equal(t, 400, get(h, url).Code)
			assert.Equal(t, lines, countLines(s.log.String(), "asks for what Config does not have"), "after %d times 3.4 s", i)
			time.Sleep(3400 * time.Millisecond)
		}
	})
}

func TestAFailureIsRememberedForExactlyAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		h := s.handler(t)
		url := s.url(t, "none.jpg", "5x5", "crop", ".jpg")
		for i := range 3 {
			assert.Equal(t, 404, get(h, url).Code)
			assert.EqualValues(t, i+1, s.source.opened.Load())
			time.Sleep(time.Minute - 1)
			assert.Equal(t, 404, get(h, url).Code)
			assert.EqualValues(t, i+1, s.source.opened.Load(), "a nanosecond before the end")
			time.Sleep(time.Nanosecond)
		}
	})
}
