package thumbnail_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func spec(t testing.TB, source, size, method, ext string) thumbnail.Spec {
	parsed, err := thumbnail.ParseSize(size)
	require.NoError(t, err)
	return thumbnail.Spec{Source: source, Size: parsed, Method: method, Ext: ext}
}

// The vectors of the documentation, computed with Python's hmac module.
func TestHMACSignerMakesTheDocumentedSecrets(t *testing.T) {
	signer := newSigner(t)
	for want, s := range map[string]thumbnail.Spec{
		"96d7643e93d96133c68e4405a16ce591863c0c46": spec(t, "animals/kitten.jpg", "100x100", "crop", ".jpg"),
		"193bad6b4e97140b9eb5cf55174ad27f1c46b68b": spec(t, "animals/kitten.jpg", "100x", "crop", ".jpg"),
		"9a1d2c8277eec076868ba1c6c136899794470766": spec(t, "animals/kitten.jpg", "x100", "scale", ".png"),
		"29e96e27c24c59c021d35c5c99a5d893be6fa441": spec(t, "fotos/gatinho é.jpg", "100x100", "smart", ".webp"),
		"405e761b6e14aa0777eb892b49135f7752bfc708": {Source: "animals/kitten.jpg", Size: thumbnail.Size{Width: 200, Height: 150}, Method: "crop", Ext: ".jpg", Version: "v2"},
	} {
		assert.Equal(t, want, signer.Sign(s))
		assert.True(t, signer.Verify(s, want))
	}
}

func TestDjangoSignerMakesTheSecretsOfDjangoRestThumbnails(t *testing.T) {
	for _, v := range []struct{ key, source, size, method, ext, secret string }{
		{"foobar", "images/image.jpg", "100x100", "crop", ".jpg", "72ebae3f7fcda69b79bbf1c55ebe22197100e06e"},
		{"foobar", "animals/kitten.jpg", "100x100", "crop", ".jpg", "38cdd9ad3dda068a81ebd59c113039637c1c8d1d"},
		{"foobar", "animals/kitten.jpg", "100x", "crop", ".jpg", "0bdf03e5d6628d1b9284ee757dd141a28a23640c"},
		{"foobar", "animals/kitten.jpg", "x100", "scale", ".jpg", "1ca7d56d185fc61946b634b5fbbcb69acd6b0ff4"},
		{"foobar", "animals/kitten.jpg", "200x150", "smart", ".png", "1d47d414bc6019d40d6ec8adfca4570ee8397f4d"},
		{"foobar", "animals/kitten.jpg", "200x150", "smart", ".webp", "aa4370dc8990a21b4483ed470b2850c54d19826e"},
		{"", "animals/kitten.jpg", "100x100", "crop", ".jpg", "534790445e822052a0850de28544e19065425700"},
	} {
		signer := thumbnail.DjangoSigner(v.key)
		s := spec(t, v.source, v.size, v.method, v.ext)
		assert.Equal(t, v.secret, signer.Sign(s))
		assert.True(t, signer.Verify(s, v.secret))
		assert.False(t, signer.Verify(s, "d28adfbdfe3f26366cf91931f5f8d7024003432f"), "the secret of an uncanonical size")
	}
}

func TestDjangoSignerWritesPathsLikeDjangoRestThumbnails(t *testing.T) {
	link, err := thumbnail.URL("/thumbnails/", thumbnail.DjangoSigner("foobar"), spec(t, "animals/kitten.jpg", "100x", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Equal(t, "/thumbnails/animals/kitten.jpg/100x0/crop/0bdf03e5d6628d1b9284ee757dd141a28a23640c.jpg", link)
	link, err = thumbnail.URL("", thumbnail.AnyOf(thumbnail.DjangoSigner("foobar"), newSigner(t)), spec(t, "k", "x7", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Contains(t, link, "k/0x7/crop/")
}

func TestASecretIsValidForOneThumbnail(t *testing.T) {
	for name, signer := range map[string]thumbnail.Signer{"hmac": newSigner(t), "django": thumbnail.DjangoSigner("foobar")} {
		s := spec(t, "animals/kitten.jpg", "100x", "crop", ".jpg")
		secret := signer.Sign(s)
		require.True(t, signer.Verify(s, secret), name)
		assert.False(t, signer.Verify(s, strings.ToUpper(secret)))
		assert.False(t, signer.Verify(s, secret[:39]))
		assert.False(t, signer.Verify(s, secret+"0"))
		assert.False(t, signer.Verify(s, ""))
		for _, change := range []func(*thumbnail.Spec){
			func(s *thumbnail.Spec) { s.Source = "animals/kitten.jpeg" },
			func(s *thumbnail.Spec) { s.Size.Width = 101 },
			func(s *thumbnail.Spec) { s.Size = thumbnail.Size{Height: 100} },
			func(s *thumbnail.Spec) { s.Method = "fit" },
			func(s *thumbnail.Spec) { s.Ext = ".png" },
			func(s *thumbnail.Spec) { s.Version = "2" },
		} {
			other := s
			change(&other)
			assert.False(t, signer.Verify(other, secret), "%s %+v", name, other)
			assert.NotEqual(t, secret, signer.Sign(other))
		}
	}
}

func TestKeysAreRotated(t *testing.T) {
	oldKey, newKey := []byte("an old key of enough bytes"), []byte("a new key of enough bytes")
	old, err := thumbnail.NewSigner(oldKey)
	require.NoError(t, err)
	both, err := thumbnail.NewSigner(newKey, oldKey)
	require.NoError(t, err)
	current, err := thumbnail.NewSigner(newKey)
	require.NoError(t, err)
	s := spec(t, "k.jpg", "1x1", "crop", ".jpg")
	assert.Equal(t, current.Sign(s), both.Sign(s), "the first key signs")
	assert.True(t, both.Verify(s, old.Sign(s)), "all verify")
	assert.True(t, both.Verify(s, both.Sign(s)))
	assert.True(t, both.Verify(s, current.Sign(s)))
	assert.False(t, current.Verify(s, old.Sign(s)))
	newKey[0]++
	assert.Equal(t, current.Sign(s), both.Sign(s), "the caller's slice is the caller's")
}

func TestShortKeysAreRefused(t *testing.T) {
	_, err := thumbnail.NewSigner([]byte("fifteen bytes.."))
	assert.EqualError(t, err, "thumbnail: the key has 15 bytes; at least 16 are needed")
	long := []byte("sixteen bytes...")
	_, err = thumbnail.NewSigner(long, long, []byte("short"))
	assert.EqualError(t, err, "thumbnail: previous key 2 has 5 bytes; at least 16 are needed")
	_, err = thumbnail.NewSigner(long, []byte("short"))
	assert.EqualError(t, err, "thumbnail: previous key 1 has 5 bytes; at least 16 are needed")
}

func TestAnyOfSignsWithTheFirstAndAcceptsAll(t *testing.T) {
	modern, django := newSigner(t), thumbnail.DjangoSigner("foobar")
	signer := thumbnail.AnyOf(modern, django)
	s := spec(t, "k.jpg", "100x", "crop", ".jpg")
	assert.Equal(t, modern.Sign(s), signer.Sign(s))
	assert.True(t, signer.Verify(s, modern.Sign(s)))
	assert.True(t, signer.Verify(s, django.Sign(s)))
	assert.False(t, signer.Verify(s, thumbnail.DjangoSigner("other").Sign(s)))
	link, err := thumbnail.URL("", signer, s)
	require.NoError(t, err)
	assert.Contains(t, link, "/100x/")
}

func TestOneSignerServesManyGoroutines(t *testing.T) {
	signer := newSigner(t)
	s := spec(t, "k.jpg", "100x", "crop", ".jpg")
	want := signer.Sign(s)
	done := make(chan bool)
	for range 8 {
		go func() {
			ok := true
			for range 200 {
				ok = ok && signer.Sign(s) == want && signer.Verify(s, want)
			}
			done <- ok
		}()
	}
	for range 8 {
		assert.True(t, <-done)
	}
}
