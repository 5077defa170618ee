package s3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// Put stores the content of r at key, whole or not at all: by one PUT with its length, which S3 makes
// visible once it has received everything. Put first reads r into memory. If r fails, Put returns r's
// error, nothing is sent, and key keeps its old content. The media type follows from key's extension,
// Cache-Control from the Config.
//
// If key is invalid, the error matches [fs.ErrInvalid]. If Put fails because the response to its request
// was lost or came too late, the object may have been stored nevertheless; then it is complete.
func (s *Storage) Put(ctx context.Context, key string, r io.Reader) error {
	name, ok := s.object(key)
	if !ok {
		return &fs.PathError{Op: "put", Path: key, Err: fs.ErrInvalid}
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	n, err := buf.ReadFrom(io.LimitReader(contract.Reader{Ctx: ctx, R: r}, s.cfg.MaxPutBytes+1))
	if err != nil {
		return fmt.Errorf("s3: put %q: %w", name, err)
	}
	if n > s.cfg.MaxPutBytes {
		return fmt.Errorf("s3: put %q: larger than Config.MaxPutBytes, %d bytes", name, s.cfg.MaxPutBytes)
	}
	return s.do(ctx, fmt.Sprintf("put %q", name), func(ctx context.Context, alive func()) error {
		in := &awss3.PutObjectInput{
			Bucket:      aws.String(s.bucket),
			Key:         aws.String(name),
			Body:        &body{bytes.NewReader(buf.Bytes()), alive}, // a Seeker, so the SDK sends its length
			ContentType: aws.String(mediatype.Of(path.Ext(name))),
		}
		if s.cfg.CacheControl != "" {
			in.CacheControl = aws.String(s.cfg.CacheControl)
		}
		_, err := s.client.PutObject(ctx, in, options)
		return err
	})
}

// body is the request body of one attempt. The SDK reads it twice, first for the signature, but never after
// PutObject has returned, even if the transport would. So the buffer can be reused.
type body struct {
	*bytes.Reader
	alive func()
}

func (b *body) Read(p []byte) (int, error) {
	b.alive()
	return b.Reader.Read(p)
}

// maxPooled prevents one unusually large picture from occupying memory forever.
const maxPooled = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func release(buf *bytes.Buffer) {
	if buf.Cap() <= maxPooled {
		buf.Reset()
		buffers.Put(buf)
	}
}
