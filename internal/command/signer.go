package command

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
)

// newSigner returns the signer that the options select. Without a key it uses a random one, so URLs are
// valid only while the program runs.
func newSigner(opt *options) (thumbnail.Signer, error) {
	key := opt.key
	if key == "" {
		key = rand.Text()
	}
	if opt.signer == "django" {
		signer := thumbnail.DjangoSigner(key)
		if opt.oldKey != "" {
			signer = thumbnail.AnyOf(signer, thumbnail.DjangoSigner(opt.oldKey))
		}
		return signer, nil
	}
	keys := [][]byte{[]byte(key)}
	if opt.oldKey != "" {
		keys = append(keys, []byte(opt.oldKey))
	}
	signer, err := thumbnail.NewSigner(keys[0], keys[1:]...)
	if err != nil {
		return nil, fmt.Errorf("%s; \"openssl rand -hex 32\" generates one", keyError(err))
	}
	return signer, nil
}

// keyError adds the flag to the error for a key that is too short.
func keyError(err error) string {
	text := strings.TrimPrefix(err.Error(), "thumbnail: ")
	text = strings.Replace(text, "previous key 1", "the previous key", 1)
	if strings.HasPrefix(text, "the previous key") {
		return "-old-key: " + text
	}
	return "-key: " + text
}
