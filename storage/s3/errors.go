package s3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errStalled ends a try during which no byte moved for Config.StallTimeout.
var errStalled = errors.New("the connection stalled")

// errChanged is what reading on gives once the object is another one than was opened, or gone.
var errChanged = errors.New("the object was replaced or removed while it was read")

// errPassing marks an error that merits another try though the SDK doesn't know it: one in the
// middle of an answer's body, or one of the errors in it.
type errPassing struct{ error }

func (e errPassing) Unwrap() error { return e.error }

var retryables = retry.IsErrorRetryables(retry.DefaultRetryables)

// conflictTries is how often a conflict (409) is met before it is taken for lasting. Servers that
// keep objects as files answer so when a key lies below another, which lasts, and when RemoveAll
// takes a directory away under a Put, which doesn't.
const conflictTries = 4

// transient reports whether another try may succeed, after tries that didn't.
func transient(err error, tries int) bool {
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate): // a connection error to the SDK, but it doesn't pass
		return false
	case errors.Is(err, errStalled), errors.As(err, new(errPassing)):
		return true
	case status(err) == http.StatusTooManyRequests:
		return true
	case status(err) == http.StatusConflict:
		return tries < conflictTries
	}
	return retryables.IsErrorRetryable(err).Bool()
}

// status gives the HTTP status that S3 answered with, 0 if it gave no answer.
func status(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// code gives S3's name for the error, such as NoSuchKey; empty if it said none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// explain adds to an error of the SDK what a caller may branch on.
func explain(err error) error {
	switch {
	case status(err) == http.StatusForbidden:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case errors.Is(err, fs.ErrNotExist):
		// Not the key: a credentials file, a socket. Only the text may go on, for a caller takes
		// the error itself for an absent key.
		return errors.New(err.Error())
	}
	return err
}

// timeUp is the error of an operation that ends because ctx did, after some tries. caller is the
// context that the operation was given, last the last error that says more than that; it may be
// nil.
func timeUp(caller, ctx context.Context, tries int, last error) error {
	err := caller.Err()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = context.DeadlineExceeded // not yet, but before another try could start
	}
	if last == nil || errors.Is(last, err) {
		return fmt.Errorf("gave up waiting for an answer: %w", err)
	}
	return fmt.Errorf("gave up after %d tries: %w; the last to say why: %w", tries, err, explain(last))
}
