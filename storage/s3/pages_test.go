package s3_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

// A server that returns the same page again and again must not keep RemoveAll, or another listing, busy
// forever.
func TestAListingEndsThoughTheServerRepeatsItsTokens(t *testing.T) {
	for circle := 1; circle <= 5; circle++ {
		t.Run(fmt.Sprint(circle), func(t *testing.T) { testCircle(t, circle) })
	}
}

func testCircle(t *testing.T, circle int) {
	server, s := newFake(t, s3.Config{})
	requests := 0
	server.Break(func(r *http.Request) s3fake.Fault {
		if r.Method != http.MethodGet {
			return nil
		}
		return func(_ *s3fake.Server, w http.ResponseWriter, r *http.Request) bool {
			requests++
			w.Header().Set("Content-Type", "application/xml")
			fmt.Fprintf(w, `<ListBucketResult><Name>bucket</Name><IsTruncated>true</IsTruncated>`+
				`<NextContinuationToken>%d</NextContinuationToken></ListBucketResult>`, requests%circle)
			_, _ = io.Copy(io.Discard, r.Body)
			return false
		}
	})
	requireFailure(t, s.RemoveAll(t.Context(), "a"), "repeats")
	assert.LessOrEqual(t, requests, 4*circle+2)
}
