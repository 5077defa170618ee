package heif_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// hostile are headers of 1 to 5 MB with as many repetitions of one structure as possible.
func hostile() map[string][]byte {
	item := ht.Box("infe", []byte{2, 0, 0, 0, 0, 2, 0, 0}, []byte("hvc1\x00"))
	start := [][]byte{ht.U32(0), ht.Box("pitm", ht.U32(0), []byte{0, 2}), ht.Box("iinf", ht.U32(0), []byte{0, 1}, item)}
	meta := func(parts ...[]byte) []byte {
		return append(ht.Box("ftyp", []byte("heic\x00\x00\x00\x00heic")), ht.Box("meta", append(start[:3:3], parts...)...)...)
	}
	size := ht.Box("iprp", ht.Box("ipco", ht.Size(3, 2)), ht.Box("ipma", ht.U32(0, 1), []byte{0, 2, 1, 1}))
	same := append(ht.U32(0, 1<<31), bytes.Repeat(append([]byte{0, 2, 255}, bytes.Repeat([]byte{1}, 255)...), 18000)...)
	wide := append(ht.U32(1, 1<<30), bytes.Repeat(append([]byte{0, 2, 255}, bytes.Repeat([]byte{0x7f, 0xff}, 255)...), 4000)...)
	var deep []byte
	for range 100_000 {
		deep = append(deep, ht.U32(uint32(1)<<30)...)
		deep = append(deep, "meta"...)
	}
	tiles := func(item uint16) []byte {
		ref := append(ht.U16(item, 0xffff), make([]byte, 2*0xffff)...)
		for i := range 0xffff {
			ref[4+2*i], ref[5+2*i] = byte(i>>8), byte(i)
		}
		return ht.Box("dimg", ref)
	}
	var aux []byte
	for i := range uint16(100) {
		aux = append(append(aux, ht.Box("auxl", ht.U16(100+i, 1, 2))...), tiles(100+i)...)
	}
	return map[string][]byte{
		"a property, very often":              meta(ht.Box("iprp", ht.Box("ipco", ht.Size(3, 2)), ht.Box("ipma", same))),
		"very many properties":                meta(ht.Box("iprp", ht.Box("ipco", bytes.Repeat(ht.Box("colr"), 1<<17)), ht.Box("ipma", wide))),
		"locations that take no place":        meta(size, ht.Box("iloc", append(append(ht.U32(0), 0, 0, 0xff, 0xff), bytes.Repeat([]byte{0, 1, 0, 0, 0xff, 0xff}, 0xffff)...))),
		"locations of the picture, no place":  meta(size, ht.Box("iloc", append(append(ht.U32(0), 0, 0, 0xff, 0xff), bytes.Repeat([]byte{0, 2, 0, 0, 0xff, 0xff}, 0xffff)...))),
		"thousands of extents":                meta(size, ht.Box("iloc", []byte{0, 0, 0, 0, 0x44, 0}, ht.U16(1, 2, 0, 0xffff), bytes.Repeat(ht.U32(0, 1<<31), 0xffff))),
		"small extents":                       meta(size, ht.Box("iloc", []byte{0, 0, 0, 0, 0x11, 0}, ht.U16(1, 2, 0, 0xffff), bytes.Repeat([]byte{0, 200}, 0xffff))),
		"very many items":                     meta(size, ht.Box("iinf", ht.U32(0), ht.U16(0xffff), bytes.Repeat(item, 200_000))),
		"boxes of 8 bytes":                    meta(bytes.Repeat(ht.Box("free"), 600_000)),
		"boxes in boxes":                      append(ht.Box("ftyp", []byte("heic\x00\x00\x00\x00heic")), ht.Box("meta", ht.U32(0), deep)...),
		"tiles of tiles":                      meta(size, ht.Box("iref", ht.U32(0), bytes.Repeat(tiles(2), 30))),
		"alpha of alpha":                      meta(size, ht.Box("iref", ht.U32(0), aux[:4<<20])),
		"references to itself":                meta(size, ht.Box("iref", ht.U32(0), bytes.Repeat(ht.Box("auxl", ht.U16(2, 1, 2)), 200_000))),
		"top-level boxes of 8 bytes, forever": bytes.Repeat(ht.Box("free"), 600_000),
	}
}

func TestHostileHeadersTakeLittleTimeAndMemory(t *testing.T) {
	f := heif.Format(plain(image.Pt(3, 2)), heif.Config{})
	for name, file := range hostile() {
		const limit = 64 << 20
		account := codec.NewAccount(limit)
		ctx := codec.WithAccount(t.Context(), account)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := f.Header(ctx, bytes.NewReader(file))
		_, err2 := f.Decode(ctx, file)
		_, err3 := f.Color(ctx, file)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%s: %d bytes: %v, allocated %d, peak of the account %d; %v %v %v", name, len(file), took, after.TotalAlloc-before.TotalAlloc, account.Peak(), err, err2, err3)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3*limit), name)
		assert.LessOrEqual(t, account.Used(), int64(24), name)
	}
}

func TestTheHeaderTakesItsMemoryFromTheAccount(t *testing.T) {
	f := heif.Format(plain(image.Pt(3, 2)), heif.Config{})
	for name, file := range hostile() {
		if name == "top-level boxes of 8 bytes, forever" {
			continue
		}
		_, err := f.Header(codec.WithAccount(t.Context(), codec.NewAccount(100_000)), bytes.NewReader(file))
		assert.ErrorIs(t, err, processors.ErrTooLarge, name)
	}
}

// A canceled context ends the reading of every file.
func TestACanceledContextEndsReadingAndDecoding(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := heif.Format(plain(image.Pt(3, 2)), heif.Config{})
	for name, file := range hostile() {
		_, err := f.Decode(ctx, file)
		assert.ErrorIs(t, err, context.Canceled, name)
	}
	for name, r := range map[string]io.Reader{"zeros": endless{}, "boxes": &repeated{b: ht.Box("free")}, "a box without an end": io.MultiReader(bytes.NewReader(append(ht.U32(1), []byte("mdat\x00\x10\x00\x00\x00\x00\x00\x00")...)), endless{})} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := f.Header(ctx, r)
		cancel()
		if name != "zeros" { // zeros are not boxes
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type repeated struct {
	b  []byte
	at int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.b[r.at]
		r.at = (r.at + 1) % len(r.b)
	}
	return len(p), nil
}

func FuzzFormat(f *testing.F) {
	f.Add(still(ht.Size(3, 2), ht.Turn(3), ht.Mirror(0), ht.Clap(1, 1, 0, 0)))
	f.Add(avifOf(av1Of(12, 13), ht.Profile([]byte("profile")), ht.Nclx(9, 16, 9, false)))
	f.Add(gridOf(ht.Nclx(9, 16, 9, true), ht.Alpha()))
	f.Add(ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{hevcWith(parameterSet(32, 24, 1, false, 9, 16, 9)), ht.Size(32, 24)}, Data: []byte{1}},
		ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(32, 24), ht.Alpha()}, Data: []byte{2}, Refs: []ht.Ref{{Kind: "auxl", To: []int{1}}}}))
	var size image.Point
	format := heif.Format(func(context.Context, []byte) (image.Image, error) {
		return image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420), nil
	},
		heif.Config{Items: []string{"hvc1", "av01", "grid"}, StoredYCbCr: true, MaxPixels: 1 << 20})
	f.Fuzz(func(t *testing.T, file []byte) {
		account := codec.NewAccount(1 << 28)
		ctx := codec.WithAccount(t.Context(), account)
		format.Match(file)
		h, err := format.Header(ctx, bytes.NewReader(file))
		assert.Zero(t, account.Used())
		forward, err2 := format.Header(ctx, io.MultiReader(bytes.NewReader(file)))
		assert.Equal(t, err == nil, err2 == nil)
		if err != nil {
			_, err := format.Decode(ctx, file)
			assert.Error(t, err)
			return
		}
		assert.Equal(t, [3]int{h.Width, h.Height, h.Orientation}, [3]int{forward.Width, forward.Height, forward.Orientation})
		assert.Positive(t, h.Width)
		assert.Positive(t, h.Height)
		_, err = format.Color(ctx, file)
		assert.Zero(t, account.Used())
		if err != nil {
			return
		}
		size = image.Pt(h.Width, h.Height)
		if h.Orientation > 4 {
			size = image.Pt(h.Height, h.Width)
		}
		img, err := format.Decode(ctx, file)
		if err == nil {
			assert.Equal(t, size, img.Bounds().Size())
		}
	})
}
