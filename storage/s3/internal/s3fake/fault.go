package s3fake

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A Fault is a fault of the server in one request. It reports whether the request is served nevertheless.
type Fault func(s *Server, w http.ResponseWriter, r *http.Request) bool

// Break makes choose select a Fault for every request from now on; a nil Fault means none. A nil choose
// ends all faults.
func (s *Server) Break(choose func(*http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = choose
}

// BreakNext applies f to the next n requests.
func (s *Server) BreakNext(n int, f Fault) {
	var seen atomic.Int64
	s.Break(func(*http.Request) Fault {
		if seen.Add(1) <= int64(n) {
			return f
		}
		return nil
	})
}

// BreakFor applies f to every request for a time.
func (s *Server) BreakFor(d time.Duration, f Fault) {
	until := time.Now().Add(d)
	s.Break(func(*http.Request) Fault {
		if time.Now().Before(until) {
			return f
		}
		return nil
	})
}

// Status answers with an error of S3.
func Status(status int, code string) Fault {
	return func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
		io.Copy(io.Discard, r.Body)
		fail(w, status, code)
		return false
	}
}

// Page answers with a page that is not from S3, like a proxy.
func Page(status int) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		io.WriteString(w, "<!DOCTYPE html><title>proxy</title><p>oops<br>")
		return false
	}
}

// Bare answers with only a status.
func Bare(status int) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		return false
	}
}

// Reset breaks the connection without an answer, after n bytes of the request's body.
func Reset(n int64) Fault {
	return func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
		io.CopyN(io.Discard, r.Body, n)
		reset(w)
		return false
	}
}

// Lost executes the request, and breaks the connection instead of answering.
func Lost(s *Server, w http.ResponseWriter, r *http.Request) bool {
	bucket, key := split(r)
	s.serve(discard{header: http.Header{}}, r, bucket, key)
	reset(w)
	return false
}

// Cut breaks the connection after n bytes of the answer's body.
func Cut(n int) Fault { return partly(n, func(*Server, *http.Request, http.ResponseWriter) {}) }

// HangAfter stops after n bytes of the response body, until the client disconnects.
func HangAfter(n int) Fault {
	return partly(n, func(s *Server, r *http.Request, _ http.ResponseWriter) { hang(s, r) })
}

// Hang never answers, until the client disconnects.
func Hang(s *Server, _ http.ResponseWriter, r *http.Request) bool {
	hang(s, r)
	return false
}

func hang(s *Server, r *http.Request) {
	// The server does not notice that the client has disconnected unless the body has been read.
	io.Copy(io.Discard, r.Body)
	select {
	case <-r.Context().Done():
	case <-s.ended:
	}
}

func partly(n int, then func(*Server, *http.Request, http.ResponseWriter)) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) bool {
		bucket, key := split(r)
		s.serve(&cutWriter{ResponseWriter: w, left: n}, r, bucket, key)
		http.NewResponseController(w).Flush()
		then(s, r, w)
		reset(w)
		return false
	}
}

// cutWriter forwards the first bytes of a body.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (w *cutWriter) Write(p []byte) (int, error) {
	m := min(len(p), w.left)
	w.left -= m
	if _, err := w.ResponseWriter.Write(p[:m]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// discard drops a response.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// reset closes the connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// IgnoreRange serves every request without its range, for Break: some proxies in front of S3 do so.
func IgnoreRange(r *http.Request) Fault {
	r.Header.Del("Range")
	return nil
}

// IgnoreIfMatch serves every request without its condition, for Break.
func IgnoreIfMatch(r *http.Request) Fault {
	r.Header.Del("If-Match")
	return nil
}

// Trickle sends the response in pieces of n bytes with pauses between them.
func Trickle(n int, pause time.Duration) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) bool {
		bucket, key := split(r)
		s.serve(&trickler{w, n, pause}, r, bucket, key)
		return false
	}
}

type trickler struct {
	http.ResponseWriter
	n     int
	pause time.Duration
}

func (w *trickler) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; rest = rest[min(w.n, len(rest)):] {
		if _, err := w.ResponseWriter.Write(rest[:min(w.n, len(rest))]); err != nil {
			return 0, err
		}
		http.NewResponseController(w.ResponseWriter).Flush()
		time.Sleep(w.pause)
	}
	return len(p), nil
}
