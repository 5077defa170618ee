package s3

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
)

// Endpoint is an S3 server and its credentials.
type Endpoint struct {
	URL          string // "https://minio.example.com:9000"; "" means Amazon's in Region
	Region       string // "" means "us-east-1", which most servers other than Amazon's expect
	AccessKey    string
	SecretKey    string
	SessionToken string // of temporary credentials only
}

// Open returns a Storage for programs that have no *s3.Client. It uses path-style addresses and sends only
// the required checksums, as servers other than Amazon's expect. Requests use the HTTP proxies from the
// environment. Close frees its connections.
func Open(e Endpoint, bucket string, cfg Config) (*Storage, error) {
	if e.AccessKey == "" || e.SecretKey == "" {
		return nil, errors.New("s3: Endpoint.AccessKey or Endpoint.SecretKey is empty")
	}
	o := awss3.Options{
		Region:                     e.Region,
		Credentials:                credentials.NewStaticCredentialsProvider(e.AccessKey, e.SecretKey, e.SessionToken),
		UsePathStyle:               true,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if e.URL != "" {
		u, err := url.Parse(e.URL)
		if err != nil {
			return nil, fmt.Errorf("s3: Endpoint.URL: %w", err)
		}
		if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
			return nil, fmt.Errorf("s3: Endpoint.URL %q is not http(s)://host", e.URL)
		}
		o.BaseEndpoint = aws.String(e.URL)
	}
	transport := newTransport()
	o.HTTPClient = &http.Client{Transport: transport, CheckRedirect: noRedirect}
	s, err := New(awss3.New(o), bucket, cfg)
	if err != nil {
		return nil, err
	}
	s.close = transport.CloseIdleConnections
	return s, nil
}

// newTransport returns the SDK's usual transport, but with as many idle connections to a host as a busy handler has
// requests. With the SDK's limit of 10, each further request would open a new connection and drop it.
func newTransport() *http.Transport {
	t := awshttp.NewBuildableClient().GetTransport()
	t.MaxIdleConns = 256
	t.MaxIdleConnsPerHost = 256
	return t
}

// noRedirect leaves redirects to the SDK, which returns an error for them: a request is signed for one
// host, and a redirected PUT would become a GET.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close frees the idle connections of a Storage that [Open] returned. After [New] it does nothing:
// the client belongs to the caller.
func (s *Storage) Close() error {
	if s.close != nil {
		s.close()
	}
	return nil
}
