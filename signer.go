package thumbnail

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"
)

// A Signer computes and verifies the secrets of paths. Any number of goroutines may use it at once.
//
// Sign returns 1 to 128 ASCII letters, digits and underscores. They can't be computed without the key, and
// differ for every spec. Verify reports whether secret is valid for s. Its duration must not depend on
// where secret differs.
type Signer interface {
	Sign(s Spec) string
	Verify(s Spec, secret string) bool
}

// A SizeFormatter is a [Signer] that determines how sizes are formatted in new URLs. [ParseSize] must
// return size for the result of FormatSize(size). With other signers, [Size.String] formats sizes.
type SizeFormatter interface {
	FormatSize(size Size) string
}

// minKey is the length of the shortest key that NewSigner accepts, in bytes.
const minKey = 16

// HMACSigner is the standard signer. Make one with [NewSigner]. The secret is the first 20 bytes, as 40
// lower-case hexadecimal digits, of
//
//	HMAC-SHA256(key, source NUL size NUL method NUL ext [NUL version])
//
// (RFC 2104, FIPS 180-4). The size is formatted by [Size.String], whatever its form in the path. For the
// key "0123456789abcdef" and a 100x100 crop of animals/kitten.jpg as .jpg the secret is
// 96d7643e93d96133c68e4405a16ce591863c0c46.
//
// The secret is part of the file's name, so a new key means new names. Old URLs find their
// stored thumbnails as long as the old key is accepted. For new URLs the thumbnails are made again.
type HMACSigner struct {
	states []*sync.Pool // of keyed hashes, one pool for each key
}

// NewSigner returns a signer that signs with key and also accepts secrets of the previous keys, so that the
// key can be changed while old pages are still in use. A key must have at least 16 bytes; use random bytes.
func NewSigner(key []byte, previous ...[]byte) (*HMACSigner, error) {
	s := &HMACSigner{}
	for i, k := range append([][]byte{key}, previous...) {
		if len(k) < minKey {
			which := "the key"
			if i > 0 {
				which = fmt.Sprintf("previous key %d", i)
			}
			return nil, fmt.Errorf("thumbnail: %s has %d bytes; at least %d are needed", which, len(k), minKey)
		}
		k := append([]byte(nil), k...)
		s.states = append(s.states, &sync.Pool{New: func() any { return &hmacState{hash: hmac.New(sha256.New, k)} }})
	}
	return s, nil
}

// hmacState is a keyed hash with the memory that one signature needs. Reusing it avoids hashing the key
// each time; BenchmarkURL measures the gain.
type hmacState struct {
	hash hash.Hash
	msg  []byte
	sum  [sha256.Size]byte
	hex  [2 * secretBytes]byte
}

const secretBytes = 20

// secret puts the secret of s into h.hex.
func (h *hmacState) secret(s Spec) []byte {
	b := append(h.msg[:0], s.Source...)
	b = s.Size.append(append(b, 0))
	b = append(append(b, 0), s.Method...)
	b = append(append(b, 0), s.Ext...)
	if s.Version != "" {
		b = append(append(b, 0), s.Version...)
	}
	h.msg = b
	h.hash.Reset()
	h.hash.Write(b)
	sum := h.hash.Sum(h.sum[:0])
	hex.Encode(h.hex[:], sum[:secretBytes])
	return h.hex[:]
}

// Sign returns the secret of s under the first key.
func (h *HMACSigner) Sign(s Spec) string {
	state := h.states[0].Get().(*hmacState)
	defer h.states[0].Put(state)
	return string(state.secret(s))
}

// Verify reports whether secret is the secret of s under any of the keys.
func (h *HMACSigner) Verify(s Spec, secret string) bool {
	ok := 0
	for _, pool := range h.states {
		state := pool.Get().(*hmacState)
		ok |= subtle.ConstantTimeCompare(state.secret(s), []byte(secret))
		pool.Put(state)
	}
	return ok == 1
}

// DjangoSigner returns a signer that computes and accepts the secrets of django-rest-thumbnails under
// Django's setting SECRET_KEY. It formats sizes as django-rest-thumbnails does ("100x0"), so a site that
// leaves Django keeps its URLs and its stored files. With
//
//	key = SHA1(source || SECRET_KEY)
//	msg = source || "-" || width || "x" || height || "-" || method || "-" || ext [|| "-" || version]
//
// where || is concatenation, a secret is HMAC-SHA1(key, msg) as 40 lower-case hexadecimal digits. A missing
// side is 0. The version is an extension; paths without a version are the same as in
// django-rest-thumbnails.
//
// To migrate, use [AnyOf]: sign with an [HMACSigner], and accept the old secrets for as long as old pages
// are in use.
func DjangoSigner(secretKey string) Signer { return djangoSigner{secretKey} }

type djangoSigner struct{ secretKey string }

func (d djangoSigner) Sign(s Spec) string {
	key := sha1.Sum([]byte(s.Source + d.secretKey))
	mac := hmac.New(sha1.New, key[:])
	mac.Write([]byte(s.Source + "-" + d.FormatSize(s.Size) + "-" + s.Method + "-" + s.Ext))
	if s.Version != "" {
		mac.Write([]byte("-" + s.Version))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

func (d djangoSigner) Verify(s Spec, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(d.Sign(s)), []byte(secret)) == 1
}

func (d djangoSigner) FormatSize(size Size) string {
	return fmt.Sprintf("%dx%d", size.Width, size.Height)
}

// AnyOf returns a signer that signs and formats sizes as sign does, and accepts the secrets of all signers.
// Use it while a site changes from one signer to another.
func AnyOf(sign Signer, accept ...Signer) Signer {
	return anyOf(append([]Signer{sign}, accept...))
}

type anyOf []Signer

func (a anyOf) Sign(s Spec) string { return a[0].Sign(s) }

func (a anyOf) Verify(s Spec, secret string) bool {
	ok := false
	for _, signer := range a {
		ok = signer.Verify(s, secret) || ok // asks every signer, so that the duration does not reveal which one accepted
	}
	return ok
}

func (a anyOf) FormatSize(size Size) string {
	if f, ok := sizeFormatter(a[0]); ok {
		return f.FormatSize(size)
	}
	return size.String()
}
