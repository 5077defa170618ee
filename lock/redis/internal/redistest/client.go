package redistest

import (
	"context"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Connect makes a client whose connections go through n.
type Connect func(n *Network) goredis.UniversalClient

// Single connects to a single server.
func Single(addr string) Connect {
	return func(n *Network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: addr, Dialer: n.Dial})
	}
}

// Cluster connects to a cluster of which addr is a node.
func Cluster(addr string) Connect {
	return func(n *Network) goredis.UniversalClient {
		return goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{addr}, Dialer: n.Dial, ContextTimeoutEnabled: true})
	}
}

// Sentinel connects to the master that the sentinel at addr names.
func Sentinel(addr string) Connect {
	return func(n *Network) goredis.UniversalClient {
		return goredis.NewFailoverClient(&goredis.FailoverOptions{
			MasterName: MasterName, SentinelAddrs: []string{addr}, Dialer: n.Dial,
		})
	}
}

// NumSub returns the number of connections that listen on channel.
func NumSub(t *testing.T, c goredis.UniversalClient, channel string) int64 {
	t.Helper()
	n, err := c.PubSubNumSub(context.Background(), channel).Result()
	require.NoError(t, err)
	return n[channel]
}

// PubSubs returns the number of client connections in Pub/Sub mode.
func PubSubs(t *testing.T, c *goredis.Client) int {
	t.Helper()
	list, err := c.Do(context.Background(), "client", "list", "type", "pubsub").Text()
	require.NoError(t, err)
	return strings.Count(list, "\n")
}
