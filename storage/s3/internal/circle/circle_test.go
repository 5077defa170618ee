package circle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/circle"
)

func TestADetectorFindsCirclesAndNothingElse(t *testing.T) {
	for start := range 20 {
		for length := 1; length < 20; length++ {
			var d circle.Detector
			steps := 0
			for n := 0; ; n++ {
				token := n
				if n >= start {
					token = start + (n-start)%length
				}
				if d.Seen(fmt.Sprint(token)) {
					break
				}
				steps++
				require.Less(t, steps, 4*(start+length)+4)
			}
		}
	}
	var d circle.Detector
	for n := range 10_000 {
		require.False(t, d.Seen(fmt.Sprint(n)))
	}
}
