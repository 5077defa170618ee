package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An UploadError is an error of [Handler.Check] whose text may be shown to the person who uploads. It
// matches [ErrTooLarge], [ErrFormat] or [ErrCorrupt] if the file is at fault, and [ErrOverloaded] or
// [context.DeadlineExceeded] if the server was too busy or too slow: [StatusCode] tells them apart. The
// wrapped error is for the log.
type UploadError struct {
	message string
	err     error
}

// Error returns the text for the person who uploads.
func (e *UploadError) Error() string { return e.message }

// Unwrap returns the error for the log.
func (e *UploadError) Unwrap() error { return e.err }

// uploadError rewords an error for the person who uploads.
func uploadError(ctx context.Context, h *Handler, header *codec.Header, err error) error {
	var pixels image.Point
	if header != nil {
		pixels = header.Size()
	}
	say := func(format string, args ...any) error { return &UploadError{fmt.Sprintf(format, args...), err} }
	var said *UploadError
	var cut *http.MaxBytesError
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &cut):
		err = fmt.Errorf("%w: %w", ErrTooLarge, err)
		return say("too large: the upload has more than the limit, %s", megabytes(cut.Limit))
	case timedOut(ctx):
		return &UploadError{"it takes too long to read this picture", serverError("check", fmt.Errorf("%w: %w", context.DeadlineExceeded, err))}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrOverloaded):
		return say("busy: try again in a moment")
	case errors.Is(err, ErrTooLarge) && int64(pixels.X)*int64(pixels.Y) > h.cfg.MaxPixels:
		n, limit := megapixels(int64(pixels.X)*int64(pixels.Y), h.cfg.MaxPixels)
		return say("too large: %s, the limit is %s", n, limit)
	case errors.Is(err, ErrTooLarge) && header != nil:
		return say("too large: a %s file of %d × %d pixels takes more memory, or makes larger thumbnails, than is allowed", spelled(header.Format.Name), pixels.X, pixels.Y)
	case errors.Is(err, ErrTooLarge):
		return say("too large: the file takes more memory than is allowed")
	case errors.Is(err, ErrFormat) && header != nil:
		return say("not supported: this kind of %s file", spelled(header.Format.Name))
	case errors.Is(err, ErrFormat):
		return say("not a picture of a known format: use %s", h.usualFormats())
	case errors.Is(err, ErrCorrupt):
		return say("damaged: the picture is not complete or can't be read")
	}
	return err
}

// builtIn are the formats that people use, as they spell them.
var builtIn = []string{"JPEG", "PNG", "GIF", "WebP", "BMP", "TIFF"}

// spelled returns the name of a format as people spell it.
func spelled(name string) string {
	if i := slices.IndexFunc(builtIn, func(usual string) bool { return strings.EqualFold(usual, name) }); i >= 0 {
		return builtIn[i]
	}
	return strings.ToUpper(name)
}

// usualFormats lists the formats that an error names to a person: the built-in ones, and before BMP and TIFF those
// of Config.Formats that are not built in.
func (h *Handler) usualFormats() string {
	all := slices.Clone(builtIn)
	for _, f := range h.cfg.Formats {
		if name := spelled(f.Name); !slices.Contains(all, name) {
			all = slices.Insert(all, len(all)-2, name)
		}
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// megapixels formats a number of pixels and the limit that it exceeds. Small numbers are given in pixels.
func megapixels(n, limit int64) (above, most string) {
	if limit < 1_000_000 {
		return fmt.Sprintf("%d pixels", n), fmt.Sprint(limit)
	}
	if a, b := (n+500_000)/1_000_000, limit/1_000_000; a > b && limit%1_000_000 == 0 {
		return fmt.Sprintf("%d megapixels", a), fmt.Sprint(b)
	}
	return fmt.Sprintf("%.2f megapixels", float64(n)/1e6), fmt.Sprintf("%.2f", float64(limit)/1e6)
}

func megabytes(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%d bytes", n)
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
