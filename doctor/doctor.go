// Package doctor checks a deployment of thumbnails at its public URL.
package doctor

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	neturl "net/url"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
	"github.com/rest-thumbnails/thumbnail/response"
)

// A Finding is a problem between a thumbnail's public URL and the handler or the stored file.
type Finding struct {
	Problem string // what was observed
	Advice  string // the cause, and what to do about it
}

// String returns the finding as one line.
func (f Finding) String() string { return f.Problem + ": " + f.Advice }

// An Examiner examines deployments. The zero value is ready to use.
type Examiner struct {
	// Client makes the requests; nil means [http.DefaultClient].
	Client *http.Client
	// NoServer says that no web server or cache in front of the handler serves stored thumbnails, so the
	// second request may reach the handler.
	NoServer bool
}

// Examine calls [Examiner.Examine] on the zero Examiner.
func Examine(ctx context.Context, l thumbnail.Links, s thumbnail.Spec) ([]Finding, error) {
	return Examiner{}.Examine(ctx, l, s)
}

// Examine checks a deployment at its public URL. It requests one new thumbnail of an existing original twice,
// and reports problems in plain words: the second request still reached the handler, wrong media type,
// redirect loop, permission denied, different key. Without findings there is no problem. The error says why
// nothing could be checked.
//
// The thumbnail is a new one with a random version, and stays in the storage; s.Version is ignored. The
// second request has the header "Cache-Control: only-if-cached" (RFC 9111, section 5.2.1.7). A
// [thumbnail.Handler] answers it with 504 even if the thumbnail is stored, so an answer with the picture
// comes from a web server or a cache. With NoServer it is an ordinary request.
func (x Examiner) Examine(ctx context.Context, l thumbnail.Links, s thumbnail.Spec) ([]Finding, error) {
	s.Version = "doctor_" + rand.Text()[:16]
	url, err := l.URL(s)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return nil, fmt.Errorf("%w: base %q: the public URL must begin with http:// or https://", thumbnail.ErrInvalid, l.Base)
	}
	d := examiner{ctx: ctx, client: x.Client, ext: s.Ext}
	first := d.get(url, "")
	if first.status == http.StatusUnauthorized && first.ours() && d.prefixed(l, s) {
		return []Finding{{"The first request got 401", "the handler receives the path with the prefix of the base URL; mount it with http.StripPrefix"}}, nil
	}
	if finding := d.examine(first, "The first request"); finding != nil {
		return []Finding{*finding}, nil
	}
	var findings []Finding
	if first.header.Get(response.FallbackHeader) != "" {
		findings = append(findings, Finding{"The handler had to send the first thumbnail itself",
			"the web server does not pass requests for missing files to the handler, or the file that the handler names (X-Accel-Redirect, X-Sendfile) is not where it looks, or it is not allowed to read or send that file (Apache: XSendFilePath)"})
	}
	cacheControl := "only-if-cached"
	if x.NoServer {
		cacheControl = ""
	}
	second := d.get(url, cacheControl)
	if second.status == http.StatusGatewayTimeout {
		if len(findings) == 0 { // otherwise this has the same cause as an earlier finding
			findings = append(findings, Finding{"The second request still reached the handler", "the web server did not find the stored file. " +
				"Its root and the path that it tries (nginx: try_files, Apache: RewriteCond -f) must match the storage directory and the path of the URL. " +
				"If no web server is supposed to serve the files, use -no-server (Examiner.NoServer)"})
		}
	} else if finding := d.examine(second, "The second request"); finding != nil {
		findings = append(findings, *finding)
	} else if !bytes.Equal(first.body, second.body) {
		findings = append(findings, Finding{"The second request got different bytes than the first", "whatever serves the stored files changes them or serves another directory"})
	}
	if finding := d.unsigned(l, s); finding != nil {
		findings = append(findings, *finding)
	}
	return findings, nil
}

type examiner struct {
	ctx    context.Context
	client *http.Client
	ext    string
}

// visit is the result of a request.
type visit struct {
	err    error
	status int
	header http.Header
	body   []byte
}

var errLoop = errors.New("redirect loop")

func (d examiner) get(url, cacheControl string) (v visit) {
	r, err := http.NewRequestWithContext(d.ctx, http.MethodGet, url, nil)
	if err != nil {
		return visit{err: err}
	}
	if cacheControl != "" {
		r.Header.Set("Cache-Control", cacheControl)
	}
	client := http.Client{}
	if d.client != nil {
		client = *d.client
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			return errLoop
		}
		return nil
	}
	answer, err := client.Do(r)
	if err != nil {
		return visit{err: err}
	}
	defer answer.Body.Close()
	v = visit{status: answer.StatusCode, header: answer.Header}
	v.body, v.err = io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	return v
}

// ours reports whether an error was answered by a handler, not by a web server.
func (v visit) ours() bool {
	if v.header.Get(thumbnail.PlaceholderHeader) == strconv.Itoa(v.status) {
		return true
	}
	return v.header.Get("X-Content-Type-Options") == "nosniff" && strings.TrimSpace(string(v.body)) == http.StatusText(v.status)
}

// examine returns the problem of a response that should be the thumbnail, or nil.
func (d examiner) examine(v visit, which string) *Finding {
	found := func(problem, advice string) *Finding { return &Finding{which + " " + problem, advice} }
	switch {
	case errors.Is(v.err, errLoop):
		return found("got a redirect loop", "the web server or a redirecting responder redirects the URL to itself")
	case v.err != nil:
		return found("failed: "+v.err.Error(), "no HTTP server responds at the public base URL")
	case v.status == http.StatusUnauthorized && v.ours():
		return found("got 401", "the handler rejected the secret; it uses a different key or signer")
	case v.status == http.StatusUnauthorized || v.status == http.StatusForbidden:
		return found(fmt.Sprintf("got %d", v.status), "permission denied: the web server cannot read the stored file (its user needs r on the file and x on every parent directory), or it requires a password")
	case v.status == http.StatusBadRequest:
		return found("got 400", "the path was changed on the way to the handler, for example because http.StripPrefix is missing, or the handler does not support the method or extension")
	case v.status == http.StatusNotFound && v.ours():
		return found("got 404 from the handler", "the handler's source has no such original; set -picture to an existing original, or -source to the handler's source")
	case v.status == http.StatusNotFound:
		return found("got 404 from the web server", "it does not pass requests for missing files to the handler, or the file that the handler names (X-Accel-Redirect, X-Sendfile) is not where it looks, or it is not allowed to read or send that file (Apache: XSendFilePath). If the handler has a custom Config.ErrorHandler, its source may have no such original")
	case v.status == http.StatusBadGateway, v.status == http.StatusGatewayTimeout, v.status == http.StatusServiceUnavailable && !v.ours():
		return found(fmt.Sprintf("got %d", v.status), "the web server cannot reach the handler, which is not running or listens on another address")
	case v.status == http.StatusInternalServerError && !v.ours():
		return found("got 500 from the web server", "see its error log; one possible cause is an internal redirect that leads back to the handler")
	case v.status != http.StatusOK:
		return found(fmt.Sprintf("got %d", v.status), "see the handler's log")
	case v.header.Get("X-Accel-Redirect") != "" || v.header.Get("X-Sendfile") != "":
		return found("got the header that names the file, but no file", "the responder is for another web server, or the web server ignores the header (Apache: XSendFile on; Caddy: handle_response)")
	case len(v.body) == 0:
		return found("got 0 bytes that are not "+mediatype.Of(d.ext), "the web server ignores the header that names the file (nginx: proxy_ignore_headers), or the responder is for another web server")
	}
	return d.examinePicture(v, found)
}

func (d examiner) examinePicture(v visit, found func(problem, advice string) *Finding) *Finding {
	want := mediatype.Of(d.ext)
	if got, _, _ := strings.Cut(v.header.Get("Content-Type"), ";"); got != want {
		return found(fmt.Sprintf("got the type %q instead of %q", got, want), "the web server does not know the media type of "+d.ext+" files (nginx: types), or something else responds at this URL")
	}
	if !isPicture(v.body, want) {
		return found(fmt.Sprintf("got %d bytes that are not %s", len(v.body), want), "something between the handler and the client changes the body, or responds instead of the handler")
	}
	return nil
}

// isPicture reports whether body seems to have the media type want. For some formats it checks how files
// begin; for others only that body is not text.
func isPicture(body []byte, want string) bool {
	switch got := http.DetectContentType(body); want {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		if got != want {
			return false
		}
	default:
		if strings.HasPrefix(got, "text/") {
			return false
		}
	}
	_, _, err := image.DecodeConfig(bytes.NewReader(body))
	return err == nil || errors.Is(err, image.ErrFormat)
}

// prefixed reports whether the handler mistakes the path of the base for the beginning of the source. It
// then answers a request for such a nonexistent source with a status other than 401.
func (d examiner) prefixed(l thumbnail.Links, s thumbnail.Spec) bool {
	site, err := neturl.Parse(l.Base)
	if err != nil || strings.Trim(site.Path, "/") == "" {
		return false
	}
	s.Source = strings.Trim(site.Path, "/") + "/" + s.Source
	site.Path, site.RawPath = "/", ""
	l.Base = site.String()
	url, err := l.URL(s)
	if err != nil {
		return false
	}
	v := d.get(url, "")
	return v.err == nil && v.status != http.StatusUnauthorized
}

// unsigned checks that a wrong secret is refused.
func (d examiner) unsigned(l thumbnail.Links, s thumbnail.Spec) *Finding {
	l.Signer = forger{l.Signer}
	url, err := l.URL(s)
	if err != nil {
		return nil
	}
	if v := d.get(url, ""); v.err == nil && v.status == http.StatusOK {
		return &Finding{"A URL with a wrong secret was accepted", "the server does not verify secrets, so anyone can make it generate thumbnails"}
	}
	return nil
}

// forger signs with wrong secrets.
type forger struct{ thumbnail.Signer }

func (f forger) Sign(thumbnail.Spec) string { return strings.Repeat("0", 40) }
