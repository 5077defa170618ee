// Package httpsource reads originals over HTTP. It is for sites whose pictures lie on another server, and
// for sites that used imageproxy or imgproxy before.
//
//	photos, err := httpsource.New(httpsource.Config{Base: "https://media.example.com/photos"})
//	h, err := thumbnail.NewHandler(thumbnail.Config{Source: photos, …})
//
// # Server-side request forgery
//
// A server that fetches URLs named by others can be tricked into connecting to addresses that only it can
// reach. So the address of each connection is checked when it is dialed, after the name lookup, and again
// for each redirect. Loopback, link-local, private and other special addresses are refused, in whatever
// form they are written. Proxies from the environment are not used, because they would dial instead.
//
// One kind of address is not refused: an IPv6 address in 2000::/3 with an IPv4 address in it, which the server's
// own network forwards to that IPv4 address. NAT64 with a prefix of the network (RFC 6052) and ISATAP do that.
// Where the network has one of them, it has to keep the server from private IPv4 addresses.
package httpsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// Config configures a [Source]. Exactly one of Base and Hosts is required.
type Config struct {
	// Base is the URL that keys are appended to: with "https://media.example.com/photos" the key
	// "animals/kitten.jpg" is https://media.example.com/photos/animals/kitten.jpg. A query is sent with
	// each request.
	Base string
	// Hosts are the hosts that the first segment of a key may name, each "name" or "name:port": with
	// "media.example.com" the key "media.example.com/kitten.jpg" is https://media.example.com/kitten.jpg.
	// Redirects to other hosts are refused.
	Hosts []string

	// Header is sent with each request to Base or Hosts. It is not sent to another host after a redirect, so
	// it may contain credentials.
	Header http.Header

	// AllowedPrefixes are special addresses that may be dialed nevertheless, such as
	// netip.MustParsePrefix("10.1.2.0/24") for a server in the same network.
	AllowedPrefixes []netip.Prefix

	// MaxSourceBytes limits the body of a response, in bytes; default 64 MiB. Read returns an error for a longer
	// body. The limit should not be less than that of the handler, so that the handler refuses a large
	// original with a clear error.
	MaxSourceBytes int64
	// Timeout limits the time until the header of the response arrives, including redirects; default 10 s.
	// The context bounds the rest.
	Timeout time.Duration
}

// A Source opens originals over HTTP. Any number of goroutines may use it at once.
type Source struct {
	cfg    Config
	base   *url.URL // nil: the host is in the key
	client *http.Client
}

// maxRedirects is the largest number of redirects that are followed.
const maxRedirects = 5

// New returns a source. The error says what is wrong with cfg.
func New(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg}
	switch {
	case (cfg.Base == "") == (len(cfg.Hosts) == 0):
		return nil, errors.New("httpsource: exactly one of Config.Base and Config.Hosts is required")
	case cfg.MaxSourceBytes < 0 || cfg.Timeout < 0:
		return nil, errors.New("httpsource: Config.MaxSourceBytes or Config.Timeout is negative")
	}
	if cfg.Base != "" {
		base, err := url.Parse(cfg.Base)
		if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.Fragment != "" {
			return nil, fmt.Errorf("httpsource: Config.Base %q is not an absolute http or https URL", redacted(cfg.Base))
		}
		s.base = base
	}
	for _, host := range cfg.Hosts {
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || !storage.ValidKey(host) {
			return nil, fmt.Errorf("httpsource: Config.Hosts: %q is not a host", host)
		}
	}
	if s.cfg.MaxSourceBytes == 0 {
		s.cfg.MaxSourceBytes = 64 << 20
	}
	if s.cfg.Timeout == 0 {
		s.cfg.Timeout = 10 * time.Second
	}
	s.client = s.newClient()
	return s, nil
}

func (s *Source) newClient() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, ControlContext: s.checkAddress}
	return &http.Client{
		CheckRedirect: s.checkRedirect,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			ForceAttemptHTTP2:     true,
			TLSHandshakeTimeout:   5 * time.Second,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       time.Minute,
			DisableCompression:    true, // pictures are already compressed, and Content-Length is then the size of the picture
			ResponseHeaderTimeout: s.cfg.Timeout,
		},
	}
}

// Close closes idle connections.
func (s *Source) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// checkRedirect decides whether to follow a redirect; its address is checked when it is dialed.
func (s *Source) checkRedirect(r *http.Request, via []*http.Request) error {
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case r.URL.Scheme != "https" && (r.URL.Scheme != "http" || via[0].URL.Scheme == "https"):
		return fmt.Errorf("a redirect from %s to %s", via[0].URL.Scheme, r.URL.Scheme)
	case s.base == nil && !slices.Contains(s.cfg.Hosts, r.URL.Host):
		return fmt.Errorf("a redirect to host %q, which is not one of Config.Hosts", r.URL.Host)
	}
	if r.URL.Host != via[0].URL.Host {
		for name := range s.cfg.Header {
			r.Header.Del(name)
		}
	}
	r.URL.User = nil
	return nil
}

// Open requests the original. For a response of 404 or 410, and for a key whose host is not in
// Config.Hosts, the error matches [fs.ErrNotExist]. Any other status but 200 is an error of the source. The
// file is read from the connection, so it can't seek. Its Stat has the Content-Length, or 0 if the server
// does not send it, the Last-Modified and a strong ETag. Open requests the picture without a content coding, and
// decodes gzip nevertheless; any other coding is an error.
func (s *Source) Open(ctx context.Context, key string) (fs.File, error) {
	u, ok := s.locate(key)
	if !ok {
		return nil, notExist(key)
	}
	ctx, cancel := context.WithCancel(ctx)
	answer, err := s.get(ctx, cancel, u)
	if err != nil {
		cancel()
		return nil, &fs.PathError{Op: "open", Path: key, Err: err}
	}
	switch answer.StatusCode {
	case http.StatusOK:
		var f fs.File
		if f, err = newFile(key, answer, s.cfg.MaxSourceBytes, cancel); err == nil {
			return f, nil
		}
	case http.StatusNotFound, http.StatusGone:
		err = fs.ErrNotExist
	default:
		err = fmt.Errorf("the server answered %s", answer.Status)
	}
	_ = answer.Body.Close()
	cancel()
	return nil, &fs.PathError{Op: "open", Path: key, Err: err}
}

// get returns the response when its header has arrived. Config.Timeout bounds that time by calling cancel.
func (s *Source) get(ctx context.Context, cancel func(), u *url.URL) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "identity") // without it, a server may choose any coding (RFC 9110, section 12.5.3)
	for name, values := range s.cfg.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	late := time.AfterFunc(s.cfg.Timeout, cancel)
	answer, err := s.client.Do(r)
	if !late.Stop() {
		if err == nil {
			_ = answer.Body.Close()
		}
		return nil, fmt.Errorf("no answer within %v: %w", s.cfg.Timeout, context.DeadlineExceeded)
	}
	var failed *url.Error
	if errors.As(err, &failed) { // the message contains the URL, with credentials in its query
		return nil, failed.Err
	}
	return answer, err
}

// locate returns the URL of a key. No part of a key can become a query, or leave the folder of the base.
func (s *Source) locate(key string) (*url.URL, bool) {
	if !storage.ValidKey(key) {
		return nil, false
	}
	if s.base != nil {
		u := *s.base
		u.Path = strings.TrimSuffix(u.Path, "/") + "/" + key
		u.RawPath = ""
		return &u, true
	}
	host, path, ok := strings.Cut(key, "/")
	if !ok || !slices.Contains(s.cfg.Hosts, host) {
		return nil, false
	}
	return &url.URL{Scheme: "https", Host: host, Path: "/" + path}, true
}

func notExist(key string) error {
	return &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
}

// redacted returns a URL without its query and password.
func redacted(s string) string {
	s, _, _ = strings.Cut(s, "?")
	if u, err := url.Parse(s); err == nil {
		return u.Redacted()
	}
	return s
}
