// Package failure says what an error of a request to S3 means.
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

// Passing marks an error that merits another try though the SDK doesn't know it: one in the
// middle of an answer's body, or one of the errors in it.
type Passing struct{ Err error }

func (e Passing) Error() string { return e.Err.Error() }
func (e Passing) Unwrap() error { return e.Err }

var retryables = retry.IsErrorRetryables(retry.DefaultRetryables)

// conflictTries is how often a conflict (409) is retried before it counts as permanent. Servers that store
// objects as files return it if a key is below another one, which is permanent, and if RemoveAll removes a
// directory during a Put, which is not.
const conflictTries = 4

// Transient reports whether another try may succeed, after tries that didn't.
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

// Status gives the HTTP status that S3 answered with, 0 if it gave no answer.
func Status(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// Code gives S3's name for the error, such as NoSuchKey; empty if it said none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Explain adds to an error of the SDK what a caller may branch on.
func Explain(err error) error {
	switch {
	case Status(err) == http.StatusForbidden:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case errors.Is(err, fs.ErrNotExist):
		// Not the key: a credentials file, a socket. Only the text may go on, for a caller takes
		// the error itself for an absent key.
		return errors.New(err.Error())
	}
	return err
}
