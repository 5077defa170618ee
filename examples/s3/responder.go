package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// presigned is how long a presigned URL works. A redirect to it may be cached for a shorter time, so that
// no cache redirects to an expired URL.
const (
	presigned = 15 * time.Minute
	cached    = 10 * time.Minute
)

func newResponder(how string, public bool, bucket *s3.Storage) (thumbnail.Responder, error) {
	switch {
	case how == "public" && !public:
		return nil, errors.New("-response public needs -public")
	case how == "public":
		return response.Redirect{URL: bucket.URL, MaxAge: 24 * time.Hour}, nil
	case how == "presigned" && public:
		return nil, errors.New("-public is for -response public")
	case how == "presigned":
		return response.Redirect{URL: bucket.URL, MaxAge: cached}, nil
	case how == "nginx":
		return accel{bucket}, nil
	}
	return nil, fmt.Errorf("-response is public, presigned or nginx, not %q", how)
}

// accel lets nginx fetch the object from the bucket. X-Accel-Redirect names the location in site.conf, and
// X-Bucket-Path is the path of the object with a signature, in the encoding that nginx has to send.
// (response.Nginx names a path that nginx decodes and encodes again; nginx does not encode "+", which S3
// decodes as a space.)
type accel struct{ bucket *s3.Storage }

func (a accel) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	address, err := a.bucket.Presign(r.Context(), key, time.Minute)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	w.Header().Set("X-Accel-Redirect", "/_bucket")
	w.Header().Set("X-Bucket-Path", u.RequestURI())
	return nil
}
