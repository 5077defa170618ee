package thumbnail

import (
	"fmt"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// The length limits of the path grammar, in bytes. storage.ValidKey has those of a source.
const (
	maxPath    = 1000
	maxMethod  = 32
	maxVersion = 32
	maxSecret  = 128
	maxExt     = 8
)

// A Spec identifies a thumbnail. It has the parts of a path, without the secret.
type Spec struct {
	Source  string // key of the original, "animals/kitten.jpg"
	Size    Size   // the requested size
	Method  string // name of the Processor: "crop"
	Ext     string // extension with its dot, ".jpg"; it selects the format
	Version string // optional, 1 to 32 of A-Z, a-z, 0-9 and _; a new version of the original gets new URLs
}

// ParsePath parses the path of a thumbnail, percent-decoded and without a leading slash. If the path does
// not match the grammar in the package documentation, the error matches [ErrInvalid]. ParsePath does not
// verify the secret. A handler calls ParsePath itself; it is exported for functions at a CDN's edge and for
// jobs.
func ParsePath(path string) (s Spec, secret string, err error) {
	if len(path) > maxPath {
		return Spec{}, "", fmt.Errorf("%w: the path is longer than %d bytes", ErrInvalid, maxPath)
	}
	rest, name, _ := cutLast(path, '/')
	rest, s.Method, _ = cutLast(rest, '/')
	source, size, ok := cutLast(rest, '/')
	if !ok {
		return Spec{}, "", fmt.Errorf("%w: a path is source/size/method/secret.ext", ErrInvalid)
	}
	s.Source = source
	if s.Size, err = ParseSize(size); err != nil {
		return Spec{}, "", err
	}
	secret, _, _ = strings.Cut(name, ".")
	s.Ext = name[len(secret):]
	if version, rest, ok := strings.Cut(secret, "-"); ok {
		s.Version, secret = version, rest
		if s.Version == "" {
			return Spec{}, "", fmt.Errorf("%w: the version before - is empty, not 1 to %d letters, digits and underscores", ErrInvalid, maxVersion)
		}
	}
	if err := s.validate(); err != nil {
		return Spec{}, "", err
	}
	if !isWord(secret, maxSecret, true) {
		return Spec{}, "", fmt.Errorf("%w: the secret is not 1 to %d letters, digits and underscores", ErrInvalid, maxSecret)
	}
	return s, secret, nil
}

// cutLast slices s around the last sep.
func cutLast(s string, sep byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return "", s, false
}

// validate checks every field against the grammar. The length of the whole path is checked where the path
// is built.
func (s Spec) validate() error {
	switch {
	case !storage.ValidKey(s.Source):
		return sourceError(s.Source)
	case !s.Size.valid():
		return fmt.Errorf("%w: %w", ErrInvalid, s.Size.check())
	case !isMethod(s.Method):
		return fmt.Errorf("%w: %w", ErrInvalid, checkMethod(s.Method))
	case !isExt(s.Ext):
		return fmt.Errorf("%w: %w", ErrInvalid, checkExt(s.Ext))
	case s.Version != "" && !isWord(s.Version, maxVersion, true):
		return fmt.Errorf("%w: version %q is not 1 to %d letters, digits and underscores", ErrInvalid, s.Version, maxVersion)
	}
	return nil
}

// sourceError is the error for a source that no path can name.
func sourceError(source string) error {
	return fmt.Errorf("%w: source %q is not a path such as animals/kitten.jpg: segments of 1 to 255 bytes, 1000 together, with / between, none of them . or .., in UTF-8, without control bytes and without \\", ErrInvalid, source)
}

// path appends the storage key: the path of the URL, percent-decoded.
func (s Spec) path(b []byte, size, secret string) []byte {
	b = append(b, s.Source...)
	b = append(b, '/')
	b = append(b, size...)
	b = append(b, '/')
	b = append(b, s.Method...)
	b = append(b, '/')
	if s.Version != "" {
		b = append(b, s.Version...)
		b = append(b, '-')
	}
	b = append(b, secret...)
	return append(b, s.Ext...)
}

// isWord reports whether s consists of 1 to most bytes of a-z0-9_, or A-Z too if upper.
func isWord(s string, most int, upper bool) bool {
	if len(s) == 0 || len(s) > most {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || upper && 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}

func isMethod(s string) bool { return isWord(s, maxMethod, false) }

func isExt(s string) bool {
	return strings.HasPrefix(s, ".") && isWord(s[1:], maxExt, false) && !strings.Contains(s, "_")
}
