package s3

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

// URL returns a URL at which a browser gets the object at key: under Config.PublicURL, or else
// presigned for Config.PresignTTL. It sends nothing and does not check that the object exists. If
// key is not valid, the error matches [fs.ErrInvalid].
func (s *Storage) URL(ctx context.Context, key string) (string, error) {
	if s.cfg.PublicURL == "" {
		return s.Presign(ctx, key, s.cfg.PresignTTL)
	}
	name, ok := s.object(key)
	if !ok {
		return "", &fs.PathError{Op: "url", Path: key, Err: fs.ErrInvalid}
	}
	return strings.TrimRight(s.cfg.PublicURL, "/") + "/" + escape(name), nil
}

// Presign returns a URL at which anybody can GET the object at key for ttl, at most 7 days. With
// temporary credentials it may expire earlier. A cache that keeps the URL, for example in a
// redirection, has to drop it before that.
func (s *Storage) Presign(ctx context.Context, key string, ttl time.Duration) (string, error) {
	name, ok := s.object(key)
	if !ok {
		return "", &fs.PathError{Op: "presign", Path: key, Err: fs.ErrInvalid}
	}
	if ttl < time.Second || ttl > maxPresignTTL {
		return "", fmt.Errorf("s3: presign %q for %v: must be between a second and 7 days", name, ttl)
	}
	request, err := s.presign.PresignGetObject(ctx, &awss3.GetObjectInput{
		Bucket: aws.String(s.bucket),
		Key:    aws.String(name),
	}, awss3.WithPresignExpires(ttl), awss3.WithPresignClientFromClientOptions(options))
	if err != nil {
		return "", fmt.Errorf("s3: presign %q: %w", name, failure.Explain(err))
	}
	return request.URL, nil
}

func checkPublicURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("s3: Config.PublicURL: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("s3: Config.PublicURL %q is not http(s)://host/path", base)
	}
	return nil
}

// escape percent-encodes everything but unreserved characters (RFC 3986, section 2.3) and slashes.
// url.PathEscape also leaves "+", which S3 decodes as a space.
func escape(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
