package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func TestErrorsOfDamagedAVIFsHaveTheReason(t *testing.T) {
	var b bytes.Buffer
	if err := (avif.Encoder{}).Encode(&b, patches()); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	shrunk(t, good, 100)
	replaced := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	pixels := bytes.Index(good, []byte("mdat")) + 4
	type wrong struct {
		file []byte
		want error
	}
	cases := map[string]wrong{
		"another codec":    {replaced("av01", "hvc1"), processors.ErrFormat},
		"a sequence alone": {append(replaced("meta", "free"), "\x00\x00\x00\x08moov"...), processors.ErrFormat},
		"another brand":    {replaced("avifmif1miafMA1B", "heicmif1miafheic"), processors.ErrFormat},
		"no pixels":        {append(bytes.Clone(good[:pixels]), make([]byte, len(good)-pixels)...), processors.ErrCorrupt},
	}
	cases["another brand"] = wrong{bytes.Replace(cases["another brand"].file, []byte("ftypavif"), []byte("ftypheic"), 1), processors.ErrFormat}
	for n := 20; n < len(good); n += len(good) / 20 {
		cases[fmt.Sprintf("%d bytes of %d", n, len(good))] = wrong{good[:n], processors.ErrCorrupt}
	}
	for name, c := range cases {
		_, err := ht.Thumbnail(t.Context(), c.file, 100, avif.Format)
		if !errors.Is(err, c.want) || errors.Is(err, processors.ErrCorrupt) && errors.Is(err, processors.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
