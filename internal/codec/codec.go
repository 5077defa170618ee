// Package codec holds what all image formats share: the Format type, errors, headers, the Reader of
// files, the memory account and the work meter.
//
// Each format is one package below this one and one line in the table of package engine. No other
// code names a format.
package codec

import "errors"

var (
	// ErrFormat is matched by the error for data that is not an image in a known format, and for an
	// image that uses an unsupported feature.
	ErrFormat = errors.New("unknown image format")

	// ErrCorrupt is matched by the error for an image that is damaged or truncated.
	ErrCorrupt = errors.New("damaged image")

	// ErrTooLarge is matched by the error for an image that needs more memory or work than allowed.
	ErrTooLarge = errors.New("beyond a limit")
)
