// Package first registers AVIF with package image before github.com/gen2brain/avif does: of two
// that know the same format, image.Decode takes the one that came first, and that one ignores
// orientation.
//
// It comes first because it imports nothing but the standard library and has a path that sorts
// before github.com/tetratelabs/wazero, which gen2brain/avif waits for: packages are initialised in
// the order of their paths, as soon as their imports are (The Go Programming Language
// Specification, "Program initialization"). The build tag wasm2go does away with wazero, so
// gen2brain/avif comes first.
package first

import (
	"image"
	"io"
	"strings"
)

// Decode and DecodeConfig are set by package avif. Nobody can call them before.
var (
	Decode       func(io.Reader) (image.Image, error)
	DecodeConfig func(io.Reader) (image.Config, error)
)

func init() {
	register("avif")
	register("avis")
	// A file may call itself by the name of a general format, and AVIF one that it is compatible
	// with (ISO/IEC 14496-12, 4.3).
	for _, brand := range []string{"mif1", "msf1", "miaf"} {
		for before := range 6 {
			register(brand + "????" + strings.Repeat("????", before) + "avif")
		}
	}
}

func register(brands string) {
	image.RegisterFormat("avif", "????ftyp"+brands,
		func(r io.Reader) (image.Image, error) { return Decode(r) },
		func(r io.Reader) (image.Config, error) { return DecodeConfig(r) })
}
