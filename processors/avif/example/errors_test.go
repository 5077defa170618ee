package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// open decodes a file as the handler does: its header first.
func open(t *testing.T, file []byte) error {
	h, err := processors.DecodeHeader(bytes.NewReader(file))
	if err != nil {
		return err
	}
	pic, err := processors.Decode(t.Context(), file, h, image.Point{})
	if err == nil {
		pic.Release()
	}
	return err
}

func TestWhatIsWrongWithAnAVIFIsTold(t *testing.T) {
	var b bytes.Buffer
	if err := (avif.Encoder{}).Encode(&b, patches()); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	if err := open(t, good); err != nil {
		t.Fatal(err)
	}
	replaced := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	pixels := bytes.Index(good, []byte("mdat")) + 4
	type wrong struct {
		file []byte
		want error
	}
	cases := map[string]wrong{
		"another codec":    {replaced("av01", "hvc1"), processors.ErrFormat},
		"a sequence alone": {append(replaced("meta", "free"), "\x00\x00\x00\x08moov"...), processors.ErrFormat},
		"another brand":    {replaced("ftypavif", "ftypheic"), processors.ErrFormat},
		"no pixels":        {append(bytes.Clone(good[:pixels]), make([]byte, len(good)-pixels)...), processors.ErrCorrupt},
	}
	for n := 20; n < len(good); n += len(good) / 20 {
		cases[fmt.Sprintf("%d bytes of %d", n, len(good))] = wrong{good[:n], processors.ErrCorrupt}
	}
	for name, c := range cases {
		err := open(t, c.file)
		if !errors.Is(err, c.want) || errors.Is(err, processors.ErrCorrupt) && errors.Is(err, processors.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
