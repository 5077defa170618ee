package command

import (
	"net"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressIsOneThatABrowserCanOpen(t *testing.T) {
	for listen, want := range map[string]string{"127.0.0.1:0": "http://127.0.0.1:", "0.0.0.0:0": "http://localhost:", ":0": "http://localhost:"} {
		listener, err := net.Listen("tcp", listen)
		require.NoError(t, err)
		require.Regexp(t, "^"+regexp.QuoteMeta(want)+`\d+/$`, address(listener))
		require.NoError(t, listener.Close())
	}
}
