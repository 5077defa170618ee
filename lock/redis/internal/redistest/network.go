package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Network is the network between one process and its servers: TCP proxies, one for each address that the
// process dials, which can hang, be cut, and lose replies.
type Network struct {
	t testing.TB

	mu      sync.Mutex
	flowing sync.Cond
	proxies map[string]net.Listener // by the address that they connect to
	conns   map[net.Conn]struct{}
	stalled bool
	cut     bool
	drop    *drop
	pumps   sync.WaitGroup
}

// drop says which reply to lose: that to the next command with this name.
type drop struct {
	command []byte // in the encoding of the protocol
	silent  bool   // the connection stays open, but sends nothing any more
	done    chan struct{}
}

// NewNetwork returns a network that is cut when the test ends.
func NewNetwork(t testing.TB) *Network {
	n := &Network{t: t, proxies: map[string]net.Listener{}, conns: map[net.Conn]struct{}{}}
	n.flowing.L = &n.mu
	t.Cleanup(func() {
		n.CutOff()
		n.pumps.Wait()
	})
	return n
}

// Dial is a Dialer for the options of a client.
func (n *Network) Dial(ctx context.Context, netw, addr string) (net.Conn, error) {
	n.mu.Lock()
	proxy := n.proxies[addr]
	if proxy == nil && !n.cut {
		var err error
		if proxy, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			n.mu.Unlock()
			return nil, err
		}
		n.proxies[addr] = proxy
		n.pumps.Go(func() { n.serve(proxy, addr) })
	}
	n.mu.Unlock()
	if proxy == nil {
		return nil, &net.OpError{Op: "dial", Net: netw, Err: net.ErrClosed}
	}
	var d net.Dialer
	return d.DialContext(ctx, netw, proxy.Addr().String())
}

func (n *Network) serve(proxy net.Listener, addr string) {
	for {
		client, err := proxy.Accept()
		if err != nil {
			return
		}
		n.pumps.Go(func() { n.carry(client, addr) })
	}
}

func (n *Network) carry(client net.Conn, addr string) {
	defer client.Close()
	if !n.admit(client) {
		return
	}
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer server.Close()
	if !n.admit(server) {
		return
	}
	lose := make(chan *drop, 1)
	n.pumps.Go(func() {
		defer server.Close()
		n.pump(server, client, func(b []byte) bool { n.watch(b, lose); return true })
	})
	n.pump(client, server, func([]byte) bool {
		select {
		case d := <-lose:
			close(d.done)
			if !d.silent {
				return false
			}
			n.discard(server)
			return false
		default:
			return true
		}
	})
}

// discard reads to the end, and forwards nothing.
func (n *Network) discard(c net.Conn) {
	n.pumps.Go(func() {
		for b := make([]byte, 4096); ; {
			if _, err := c.Read(b); err != nil {
				return
			}
		}
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	for !n.cut {
		n.flowing.Wait()
	}
}

// watch looks for the command whose reply is to be lost, and sends the drop to the channel lose if b contains that
// command.
func (n *Network) watch(b []byte, lose chan *drop) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.drop != nil && bytes.Contains(b, n.drop.command) {
		lose <- n.drop
		n.drop = nil
	}
}

// pump forwards bytes while pass allows it, and holds them back during a stall.
func (n *Network) pump(dst, src net.Conn, pass func([]byte) bool) {
	for b := make([]byte, 64<<10); ; {
		k, err := src.Read(b)
		if err != nil || !n.open() || !pass(b[:k]) {
			return
		}
		if _, err := dst.Write(b[:k]); err != nil {
			return
		}
	}
}

// admit waits until connections are allowed, and registers c to be cut.
func (n *Network) admit(c net.Conn) bool {
	if !n.open() {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns[c] = struct{}{}
	return !n.cut
}

// open waits for the end of a stall.
func (n *Network) open() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.stalled && !n.cut {
		n.flowing.Wait()
	}
	return !n.cut
}

// Stall holds back all bytes until resume.
func (n *Network) Stall() (resume func()) {
	set := func(stalled bool) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.stalled = stalled
		n.flowing.Broadcast()
	}
	set(true)
	return func() { set(false) }
}

// CutOff closes all connections permanently.
func (n *Network) CutOff() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = true
	for _, p := range n.proxies {
		p.Close()
	}
	for c := range n.conns {
		c.Close()
	}
	n.flowing.Broadcast()
}

// DropReply loses the reply to the next command with this name, either by breaking the connection or
// silently. lost waits until it has happened.
func (n *Network) DropReply(command string, silent bool) (lost func()) {
	wire := fmt.Sprintf("$%d\r\n%s\r\n", len(command), command) // "set", but not the "setinfo" of a handshake
	d := &drop{command: []byte(wire), silent: silent, done: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.drop = d
	return func() {
		select {
		case <-d.done:
		case <-time.After(10 * time.Second):
			require.Fail(n.t, "no such command", command)
		}
	}
}
