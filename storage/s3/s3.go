// Package s3 keeps thumbnails, and reads originals, in Amazon S3 and in servers that implement its
// protocol.
//
// [New] takes the *s3.Client that a program already has, and [Open] takes an endpoint and credentials:
//
//	store, err := s3.New(client, "my-bucket", s3.Config{Prefix: "thumbs"})
//
// Opening a thumbnail takes one GET, and storing one takes one PUT. Only RemoveAll and List list keys.
//
// # Errors
//
// If S3 reports NoSuchKey for a key, the error matches [fs.ErrNotExist]. No other error matches it: not the
// errors for a missing bucket, refused access, a server error, a timeout, a canceled context or a failing
// credentials provider. Refused access (403) matches [fs.ErrPermission], a timeout matches
// [context.DeadlineExceeded]. [errors.As] finds the errors of the SDK.
//
// Without the permission s3:ListBucket, S3 answers 403 instead of 404 for a missing key, and this package
// reports that as an error. So the credentials need
//
//	s3:GetObject, s3:PutObject, s3:DeleteObject  on arn:aws:s3:::my-bucket/thumbs/*
//	s3:ListBucket                                on arn:aws:s3:::my-bucket
//
// A bucket that is only a source needs s3:GetObject and s3:ListBucket.
//
// # Retries
//
// After transient server errors (500, 502, 503, 504, throttling) and on broken or stalled connections, an
// operation is retried after a random, growing pause, until [Config.Timeout] or the context ends it. The
// Retryer of the client is not used: it can't cover the body of a response, and would multiply the retries.
//
// # Keys
//
// Keys are those of [storage.ValidKey], at most 1,000 bytes. S3 allows 1,024 bytes including the prefix, so
// only a prefix of up to 23 bytes leaves room for the longest key. Servers that keep objects as files
// refuse a key below another key ("a.jpg" and "a.jpg/b"), so thumbnails need another bucket or prefix than
// their originals.
package s3

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/retry"
)

// Config configures a [Storage]. The zero value of every field selects the default that its comment gives.
type Config struct {
	// Prefix is put before every key with a slash between: "thumbs" stores "a/b.jpg" as
	// "thumbs/a/b.jpg". Empty: keys begin at the bucket's root. Slashes around it are ignored.
	Prefix string

	// CacheControl is stored with each object that Put makes, and served with it when S3 or a CDN
	// answers directly, for example "public, max-age=31536000, immutable". Empty: none.
	CacheControl string

	// Timeout bounds one operation, including its retries: Open, Put after its reader has been read, one
	// request of RemoveAll, or one further range of a large file. 0: 10 seconds. The context may end the
	// operation earlier.
	Timeout time.Duration

	// StallTimeout is how long one attempt may transfer no byte before it is abandoned and retried. 0: 4
	// seconds.
	StallTimeout time.Duration

	// FirstRange is how many bytes Open requests. The rest of a larger object is read in ranges of four
	// times that size, and an open file holds one range of each size in memory. 0: 1 MiB, which covers
	// nearly every thumbnail (1600×1200 as JPEG is about 0.6 MB) and costs nothing for smaller ones, since
	// S3 sends only what exists. At most 256 MiB.
	FirstRange int

	// MaxPutBytes limits the size of an object that Put stores, in bytes. Put holds the whole object in memory,
	// because S3 needs its length first, and a retry needs its content again. 0: 256 MiB, more than
	// 4096×4096 pixels take. S3 allows 5 GiB.
	MaxPutBytes int64

	// PublicURL is the address under which anybody may read the bucket, or the address of the CDN in front
	// of it, for example "https://cdn.example.com/my-bucket". The full key, including the prefix, follows
	// after a slash. Empty: [Storage.URL] returns presigned URLs.
	PublicURL string

	// PresignTTL is how long the presigned URLs of [Storage.URL] work. 0: 15 minutes; S3 allows at most 7 days.
	PresignTTL time.Duration
}

const (
	defaultTimeout      = 10 * time.Second
	defaultStallTimeout = 4 * time.Second
	defaultFirstRange   = 1 << 20
	defaultMaxPutBytes  = 256 << 20
	defaultPresignTTL   = 15 * time.Minute

	maxFirstRange  = 256 << 20          // bytes
	maxMaxPutBytes = 5 << 30            // limit of S3, in bytes
	maxPresignTTL  = 7 * 24 * time.Hour // limit of Signature Version 4
	maxFullKey     = 1024               // limit of S3, in bytes
	restFactor     = 4                  // size of further ranges, divided by that of the first
)

// Storage is a bucket, or what lies under a prefix in it. Any number of goroutines may use it at once.
type Storage struct {
	client  *awss3.Client
	presign *awss3.PresignClient
	bucket  string
	cfg     Config // with defaults; Prefix is empty or ends with a slash
	close   func() // nil if the client belongs to the caller
}

// New returns a Storage for a bucket. The client has credentials, region and transport, and may be
// used for other things at the same time. New sends nothing and does not check that the bucket
// exists.
func New(client *awss3.Client, bucket string, cfg Config) (*Storage, error) {
	if client == nil {
		return nil, errors.New("s3: client is nil")
	}
	if bucket == "" {
		return nil, errors.New("s3: bucket is empty")
	}
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	return &Storage{client: client, presign: awss3.NewPresignClient(client), bucket: bucket, cfg: cfg}, nil
}

// fill sets the defaults, and returns an error that names an invalid field.
func (c *Config) fill() error {
	for _, f := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{
		{"Timeout", &c.Timeout, defaultTimeout},
		{"StallTimeout", &c.StallTimeout, defaultStallTimeout},
		{"PresignTTL", &c.PresignTTL, defaultPresignTTL},
	} {
		if *f.value < 0 {
			return fmt.Errorf("s3: Config.%s is negative", f.name)
		}
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	if c.FirstRange < 0 || c.FirstRange > maxFirstRange {
		return fmt.Errorf("s3: Config.FirstRange is not between 0 and %d", maxFirstRange)
	}
	if c.MaxPutBytes < 0 || c.MaxPutBytes > maxMaxPutBytes {
		return fmt.Errorf("s3: Config.MaxPutBytes is not between 0 and %d", int64(maxMaxPutBytes))
	}
	if c.FirstRange == 0 {
		c.FirstRange = defaultFirstRange
	}
	if c.MaxPutBytes == 0 {
		c.MaxPutBytes = defaultMaxPutBytes
	}
	if c.PresignTTL > maxPresignTTL {
		return errors.New("s3: Config.PresignTTL is longer than 7 days, which S3 refuses")
	}
	if err := checkPublicURL(c.PublicURL); err != nil {
		return err
	}
	if c.Prefix = strings.Trim(c.Prefix, "/"); c.Prefix != "" {
		if !storage.ValidKey(c.Prefix) {
			return fmt.Errorf("s3: Config.Prefix %q is not a valid key", c.Prefix)
		}
		c.Prefix += "/"
	}
	return nil
}

// do runs one operation, and retries it while its errors are transient. what names the operation in errors.
// try calls alive whenever bytes are transferred.
func (s *Storage) do(ctx context.Context, what string, try func(ctx context.Context, alive func()) error) error {
	if err := (retry.Policy{Timeout: s.cfg.Timeout, Stall: s.cfg.StallTimeout}).Do(ctx, try); err != nil {
		return fmt.Errorf("s3: %s in bucket %q: %w", what, s.bucket, err)
	}
	return nil
}

// options are the options of each request that differ from the client's own.
func options(o *awss3.Options) {
	o.Retryer = aws.NopRetryer{}                       // Storage.do retries
	o.DisableLogOutputChecksumValidationSkipped = true // a range has no checksum, and the SDK would log that for each
}
