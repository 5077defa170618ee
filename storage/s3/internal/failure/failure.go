// Package failure classifies errors of requests to S3.
package failure

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Passing marks an error as transient if the SDK does not recognize that: an error in the middle of a response body,
// or one in the content of the body.
type Passing struct{ Err error }

func (e Passing) Error() string { return e.Err.Error() }
func (e Passing) Unwrap() error { return e.Err }

var retryables = retry.IsErrorRetryables(retry.DefaultRetryables)

// conflictTries is how often a conflict (409) is retried before it counts as permanent. Servers that store objects as
// files return it in two cases: if a key is below another key, which is permanent, or if RemoveAll removes a
// directory during a Put, which is temporary.
const conflictTries = 4

// Transient reports whether another attempt may succeed, given the number of failed attempts.
func Transient(err error, tries int) bool {
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate): // the SDK reports it as a connection error, but it is permanent
		return false
	case errors.As(err, new(Passing)):
		return true
	case Status(err) == http.StatusTooManyRequests:
		return true
	case Status(err) == http.StatusConflict:
		return tries < conflictTries
	}
	return retryables.IsErrorRetryable(err).Bool()
}

// Status returns the HTTP status of S3's response, or 0 if there was none.
func Status(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// Code returns S3's error code, such as NoSuchKey, or "" if there is none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Explain adds the sentinel that callers test for to an error of the SDK.
func Explain(err error) error {
	switch {
	case Status(err) == http.StatusForbidden:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case errors.Is(err, fs.ErrNotExist):
		// The missing file is not the object but, for example, a credentials file or a socket. Only the text is
		// kept, because a caller would mistake the wrapped error for a missing key.
		return errors.New(err.Error())
	}
	return err
}
