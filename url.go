package thumbnail

import (
	"fmt"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
)

// errNoSigner is the error of Links without a signer.
var errNoSigner = fmt.Errorf("%w: the signer is nil; NewSigner makes one", ErrInvalid)

// URL returns the URL of a thumbnail: base, a slash if base does not end with one, and the signed path,
// percent-encoded. base is where the handler is mounted, such as "/thumbs/", "/", "https://img.example.com"
// or "//cdn.example.com/t". If base is empty, the URL is a relative path. The error matches [ErrInvalid] if
// s does not match the path grammar, if the path has more than 1000 bytes, or if base has a query, a
// fragment, white space or a backslash.
//
// The size is formatted by the signer if it is a [SizeFormatter], and by [Size.String] otherwise.
func URL(base string, signer Signer, s Spec) (string, error) {
	if err := s.validate(); err != nil {
		return "", err
	}
	if signer == nil {
		return "", errNoSigner
	}
	if err := checkBaseText(base); err != nil {
		return "", err
	}
	secret := signer.Sign(s)
	if !isWord(secret, maxSecret, true) {
		return "", fmt.Errorf("%w: the signer's secret is not a word of 1 to %d letters, digits and underscores", ErrInvalid, maxSecret)
	}
	size, err := formatSize(signer, s.Size)
	if err != nil {
		return "", err
	}
	path := s.path(make([]byte, 0, len(s.Source)+len(secret)+64), size, secret)
	if len(path) > maxPath {
		return "", &badSource{fmt.Errorf("%w: the path is longer than %d bytes", ErrInvalid, maxPath)}
	}
	var b strings.Builder
	b.Grow(len(base) + 1 + len(path) + 2*escapes(path))
	b.WriteString(base)
	if base != "" && base[len(base)-1] != '/' {
		b.WriteByte('/')
	}
	escape(&b, path)
	return b.String(), nil
}

// checkBaseText refuses a base to which no path can be appended: one with a query, a fragment, or a character
// that no URL has.
func checkBaseText(base string) error {
	control := func(c rune) bool { return c <= ' ' || c == 0x7f }
	if strings.ContainsAny(base, `?#\"<>`) || strings.ContainsFunc(base, control) {
		return fmt.Errorf(`%w: base %q has one of ? # \ " < > or white space; it is "/thumbs/" or "https://host/path", for instance`, ErrInvalid, base)
	}
	return nil
}

// checkBase returns an error for a base that a browser would resolve relative to the page, and for a base after
// which it would take the first segment of the path for the host.
func checkBase(base string) error {
	rest, hosted := base, false
	for _, prefix := range []string{"http://", "https://", "//"} {
		if after, ok := strings.CutPrefix(base, prefix); ok {
			rest, hosted = after, true
			break
		}
	}
	switch host, _, _ := strings.Cut(rest, "/"); {
	case hosted && host == "":
		return fmt.Errorf("%w: base %q has no host; it is \"/thumbs/\" or \"https://host/path\", for instance (Links.Base)", ErrInvalid, base)
	case !hosted && !strings.HasPrefix(base, "/") && !strings.HasPrefix(base, "./"):
		return fmt.Errorf("%w: base %q does not begin with /, //, http://, https:// or ./ (Links.Base)", ErrInvalid, base)
	}
	return checkBaseText(base)
}

// sizeFormatter returns the SizeFormatter that a signer is or wraps.
func sizeFormatter(signer Signer) (SizeFormatter, bool) {
	if _, ok := signer.(*HMACSigner); ok {
		return nil, false // quick, because pages have thousands of URLs
	}
	return ability.Find[SizeFormatter](signer)
}

// formatSize formats size as the signer requires, and checks that the result can be parsed.
func formatSize(signer Signer, size Size) (string, error) {
	f, ok := sizeFormatter(signer)
	if !ok {
		return size.String(), nil
	}
	s := f.FormatSize(size)
	if back, ok := parseSize(s); !ok || back != size {
		return "", fmt.Errorf("%w: the signer spells size %v as %q", ErrInvalid, size, s)
	}
	return s, nil
}

const upperHex = "0123456789ABCDEF"

// escape percent-encodes path as Django's filepath_to_uri does: all bytes but letters, digits, "_.-~!*()'"
// and "/". So a URL never contains a space or a comma, which would end it in a srcset, or a colon, which
// would turn its beginning into a scheme.
func escape(b *strings.Builder, path []byte) {
	for _, c := range path {
		if unescaped(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}

// escapes counts the bytes of path that need escaping.
func escapes(path []byte) (n int) {
	for _, c := range path {
		if !unescaped(c) {
			n++
		}
	}
	return n
}

func unescaped(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.-~!*()'/", c) >= 0
}
