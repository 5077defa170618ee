package thumbnail_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnotherKeyIsLoggedOnceIfNoSecretWasEverRight(t *testing.T) {
	for _, rightFirst := range []bool{false, true} {
		s := newSite(t)
		var log bytes.Buffer
		s.Logger = slog.New(slog.NewTextHandler(&log, nil))
		h := s.handler(t)
		if rightFirst {
			require.Equal(t, 200, get(h, s.url(t, "k.jpg", "10x10", "crop", ".jpg")).Code)
		}
		for i := range 30 {
			assert.Equal(t, i > 9 && !rightFirst, strings.Contains(log.String(), "every secret was wrong so far"), "%v %d", rightFirst, i)
			require.Equal(t, 401, get(h, fmt.Sprintf("/k.jpg/1%dx10/crop/%040d.jpg", i, i)).Code)
		}
		assert.LessOrEqual(t, strings.Count(log.String(), "WARN"), 1)
	}
}

func TestMistakesOfAProgramAreLoggedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		url  func(*site) string
		says string
	}{
		"prefix":    {func(s *site) string { return "/thumbs/v1" + s.url(t, "k.jpg", "10x10", "crop", ".jpg") }, "http.StripPrefix is missing"},
		"method":    {func(s *site) string { return s.url(t, "k.jpg", "10x10", "sepia", ".jpg") }, "is not one of crop, entropy"},
		"extension": {func(s *site) string { return s.url(t, "k.jpg", "10x10", "crop", ".tga") }, "is not one of .gif, .jpeg"},
		"arguments": {func(s *site) string { return s.url(t, "k.jpg", "10x10", "focus_101_0", ".jpg") }, "two numbers of 0 to 100"},
		"size":      {func(s *site) string { return s.url(t, "k.jpg", "9999x10", "crop", ".jpg") }, "more than Config.MaxWidth × Config.MaxHeight (4096x4096)"},
		"missing":   {func(s *site) string { return s.url(t, "gone.jpg", "10x10", "crop", ".jpg") }, "a page links to an original that Config.Source does not have"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.handler(t)
			for range 3 {
				get(h, c.url(s))
			}
			assert.Equal(t, 1, countLines(s.log.String(), "level=WARN"), s.log.String())
			assert.Contains(t, s.log.String(), c.says)
		})
	}
	t.Run("one after the other", func(t *testing.T) { // in one handler, within a second
		s := newSite(t)
		h := s.handler(t)
		get(h, "/thumbs"+s.url(t, "k.jpg", "10x10", "crop", ".jpg"))
		get(h, s.url(t, "k.jpg", "10x10", "sepia", ".jpg"))
		get(h, s.url(t, "k.jpg", "10x10", "crop", ".tga"))
		get(h, s.url(t, "k.jpg", "9999x10", "crop", ".jpg"))
		get(h, s.url(t, "gone.jpg", "10x10", "crop", ".jpg"))
		assert.Equal(t, 5, countLines(s.log.String(), "level=WARN"), s.log.String())
	})
	for _, forged := range []string{"/a/b/c/k.jpg/10x10/crop/", "/k.jpg/10x10/sepia/"} { // a new handler for each, because it examines paths once a second
		s := newSite(t)
		get(s.handler(t), forged+strings.Repeat("0", 40)+".jpg")
		assert.Empty(t, s.log.String(), "of what anybody can send, there is no warning")
	}
}
