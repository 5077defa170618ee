package main

import (
	"crypto/rand"
	"fmt"

	"github.com/rest-thumbnails/thumbnail"
)

// newSigner makes the signer that the options ask for. Without a key it takes a random one: URLs
// are then good for as long as the program runs.
func newSigner(opt options) (thumbnail.Signer, error) {
	key := opt.key
	if key == "" {
		key = rand.Text()
	}
	if opt.signer == "django" {
		return thumbnail.DjangoSigner(key), nil
	}
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return nil, fmt.Errorf("-key: %w", err)
	}
	return signer, nil
}
