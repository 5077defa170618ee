package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWithoutATerminalProgressIsPrintedInLines(t *testing.T) {
	for total, lines := range map[int]string{
		200: "6 of 200 thumbnails (3%)\n12 of 200 thumbnails (6%)\n",
		-1:  "6 thumbnails so far\n12 thumbnails so far\n",
	} {
		var out bytes.Buffer
		p := (&call{stderr: &out}).newProgress(total, "thumbnails")
		clock := p.said
		p.now = func() time.Time { return clock }
		for range 14 {
			clock = clock.Add(quiet / 6)
			p.add(1, 0)
		}
		require.Equal(t, lines, out.String())
		p.end()
		clock = clock.Add(time.Hour)
		p.add(1, 0)
		require.Equal(t, lines, out.String(), "nothing after the end")
	}
}

func TestATerminalHasABarWithATotal(t *testing.T) {
	var out bytes.Buffer
	p := (&call{stderr: &out, terminal: true}).newProgress(4, "thumbnails")
	time.Sleep(110 * time.Millisecond) // the bar is drawn ten times a second
	p.add(1, 0)
	time.Sleep(110 * time.Millisecond)
	p.add(0, 4)
	require.Contains(t, out.String(), "1/4")
	require.Contains(t, out.String(), "1/8")
	_, err := p.Write([]byte("a line\n"))
	require.NoError(t, err)
	require.Contains(t, out.String(), "a line\n")
	p.add(9, 0) // more than the total
	p.end()
	require.True(t, strings.HasSuffix(out.String(), "\r"), "the bar goes: %q", out.String())
}
