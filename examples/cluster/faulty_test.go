//go:build unix

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// faultyNetwork is a proxy between the workers and an S3 server that can fail as S3 does.
type faultyNetwork struct {
	*httptest.Server

	mu     sync.Mutex
	fault  func(w http.ResponseWriter, r *http.Request) // nil if there is no fault
	end    chan struct{}                                // closed at the end of the fault
	halve  bool                                         // stop the next PUT halfway
	half   chan struct{}                                // closed when half of the body of that PUT has been sent
	cut    chan struct{}                                // closed when the connection is to be broken
	served int                                          // requests that met the fault
}

func newFaultyNetwork(t testing.TB, server string) *faultyNetwork {
	t.Helper()
	target, err := url.Parse(server)
	require.NoError(t, err)
	n := &faultyNetwork{end: make(chan struct{})}
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // the signature includes the host
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		fault := n.fault
		if fault != nil {
			n.served++
		}
		if n.halve && r.Method == http.MethodPut {
			n.halve = false
			r.Body = &halved{r.Body, r.ContentLength / 2, n.half, n.cut}
		}
		n.mu.Unlock()
		if fault != nil {
			fault(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		n.heal()
		n.CloseClientConnections()
		n.Close()
		transport.CloseIdleConnections()
	})
	return n
}

// refuse answers every request like an overloaded S3 server, until heal.
func (n *faultyNetwork) refuse() {
	n.set(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
	})
}

// hang accepts requests and answers none, until heal, which closes their connections.
func (n *faultyNetwork) hang() {
	n.mu.Lock()
	end := n.end
	n.mu.Unlock()
	n.set(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-end:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	})
}

func (n *faultyNetwork) set(fault func(http.ResponseWriter, *http.Request)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = fault
}

// heal ends the fault, and returns the number of requests that met it.
func (n *faultyNetwork) heal() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = nil
	close(n.end)
	n.end = make(chan struct{})
	return n.served
}

// stopNextPutHalfway forwards half of the body of the next PUT, closes halfway, and breaks the connection
// when cut is closed.
func (n *faultyNetwork) stopNextPutHalfway() (halfway <-chan struct{}, cut func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.halve, n.half, n.cut = true, make(chan struct{}), make(chan struct{})
	return n.half, sync.OnceFunc(func() { close(n.cut) })
}

// halved is a body that ends with an error in the middle.
type halved struct {
	io.ReadCloser
	left int64
	half chan struct{}
	cut  <-chan struct{}
}

func (h *halved) Read(b []byte) (int, error) {
	if h.left == 0 {
		close(h.half)
		<-h.cut
		return 0, io.ErrUnexpectedEOF
	}
	n, err := h.ReadCloser.Read(b[:min(int64(len(b)), h.left)])
	h.left -= int64(n)
	return n, err
}
