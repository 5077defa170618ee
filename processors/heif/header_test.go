package heif_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

var heic, avifBrands = []string{"heic", "mif1"}, []string{"avif", "mif1", "miaf"}

// hevcConfig returns "hvcC" without parameter sets, for a bit depth.
func hevcConfig(depth byte) []byte {
	b := make([]byte, 23)
	b[0], b[16], b[17], b[18] = 1, 0xfd, 0xf8|(depth-8), 0xf8|(depth-8)
	return ht.Box("hvcC", b)
}

// still returns a file with one item, with properties after its configuration.
func still(properties ...[]byte) []byte {
	return ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: append([][]byte{hevcConfig(8)}, properties...), Data: []byte("HEVC")})
}

// plain returns a decoder of an opaque picture of a size.
func plain(size image.Point) func(context.Context, []byte) (image.Image, error) {
	return func(context.Context, []byte) (image.Image, error) {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = byte(i / 4)
		}
		return img, nil
	}
}

func header(file []byte, o heif.Config) (processors.FormatHeader, error) {
	return heif.Format(plain(image.Pt(1, 1)), o).Header(context.Background(), bytes.NewReader(file))
}

// applied applies a property to a picture, pixel by pixel.
func applied(img *image.RGBA, property []byte) *image.RGBA {
	data := property[8:]
	switch string(property[4:8]) {
	case "irot":
		for range data[0] {
			img = imagetest.Turned(img, 8)
		}
	case "imir":
		img = imagetest.Turned(img, []int{4, 2}[data[0]])
	case "clap":
		size := img.Rect.Size()
		w, h := int(data[3]), int(data[11])
		x, y := int(int8(data[19]))+(size.X-w)/2, int(int8(data[27]))+(size.Y-h)/2
		img = imagetest.Turned(img.SubImage(image.Rect(x, y, x+w, y+h)), 1)
	}
	return img
}

func TestPropertiesAreAppliedInTheirOrder(t *testing.T) {
	size := image.Pt(30, 20)
	stored, err := plain(size)(t.Context(), nil)
	require.NoError(t, err)
	choices := [][]byte{nil, ht.Turn(1), ht.Turn(2), ht.Turn(3), ht.Mirror(0), ht.Mirror(1), ht.Clap(10, 8, 3, -2)}
	for _, a := range choices {
		for _, b := range choices {
			for _, c := range choices {
				want := stored.(*image.RGBA)
				properties := [][]byte{ht.Size(size.X, size.Y)}
				for _, p := range [][]byte{a, b, c} {
					if p == nil {
						continue
					}
					properties = append(properties, p)
					want = applied(want, p)
				}
				if want.Rect.Dx() < 3 || want.Rect.Dy() < 3 {
					continue
				}
				f := heif.Format(plain(size), heif.Config{})
				file := still(properties...)
				h, err := f.Header(t.Context(), bytes.NewReader(file))
				require.NoError(t, err)
				require.Equal(t, want.Rect.Size(), image.Pt(h.Width, h.Height))
				img, err := f.Decode(t.Context(), file)
				require.NoError(t, err)
				require.Equal(t, image.Point{}, img.Bounds().Min)
				require.Equal(t, want.Pix, imagetest.Turned(img, h.Orientation).Pix, "%q %q %q", a, b, c)

				upright := heif.Format(plain(want.Rect.Size()), heif.Config{Upright: true})
				h, err = upright.Header(t.Context(), bytes.NewReader(file))
				require.NoError(t, err)
				require.Equal(t, 1, h.Orientation, "nothing is turned twice")
				require.Equal(t, want.Rect.Size(), image.Pt(h.Width, h.Height))
				_, err = upright.Decode(t.Context(), file)
				require.NoError(t, err)
			}
		}
	}
}

func TestPropertiesBeforeTheSizeAreAppliedToo(t *testing.T) {
	h, err := header(still(ht.Clap(10, 8, 0, 0), ht.Turn(1), ht.Size(30, 20)), heif.Config{})
	require.NoError(t, err)
	assert.Equal(t, [3]int{8, 10, 8}, [3]int{h.Width, h.Height, h.Orientation})
}

func TestACleanApertureIsClippedToThePicture(t *testing.T) {
	minus := func(v int32) uint32 { return uint32(-v) }
	for _, c := range []struct {
		clap []byte
		want image.Point
	}{
		{ht.U32(8, 1, 10, 1, 2, 1, minus(6), 1), image.Pt(8, 10)},
		{ht.U32(12, 1, 34, 1, 6, 1, 0, 1), image.Pt(6, 34)},
		{ht.U32(100, 1, 100, 1, 0, 1, 0, 1), image.Pt(12, 34)},
		{ht.U32(0, 1, 10, 1, 0, 1, 0, 1), image.Pt(12, 34)},
		{ht.U32(8, 1, 10, 1, 50, 1, 0, 1), image.Pt(12, 34)},
		{ht.U32(8, 0, 10, 1, 0, 1, 0, 1), image.Pt(12, 34)},
		{ht.U32(8, 1), image.Pt(12, 34)},
		{nil, image.Pt(12, 34)},
	} {
		h, err := header(still(ht.Size(12, 34), ht.Box("clap", c.clap)), heif.Config{})
		require.NoError(t, err)
		assert.Equal(t, c.want, image.Pt(h.Width, h.Height), "%v", c.clap)
	}
}

func TestFilesAreRecognizedByTheirBrands(t *testing.T) {
	avif := heif.Format(nil, heif.Config{Name: "avif", Brands: []string{"avif", "avis"}})
	heic := heif.Format(nil, heif.Config{})
	for brands, want := range map[string][2]bool{
		"heic":             {true, false},
		"heixmif1heic":     {true, false},
		"hevcmsf1":         {true, false},
		"mif1heic":         {true, false},
		"avif":             {false, true},
		"mif1avifmiaf":     {false, true},
		"avismsf1":         {false, true},
		"mif1":             {true, true},
		"msf1miaf":         {true, true},
		"mif1vvic":         {false, false},
		"isommp42":         {false, false},
		"mif1avifmiafheic": {true, true},
	} {
		b := ht.Box("ftyp", []byte(brands[:4]), ht.U32(0), []byte(brands))
		b = append(b, ht.Box("free", []byte("heicavif"))...)
		assert.Equal(t, want, [2]bool{heic.Match(b[:min(len(b), 64)]), avif.Match(b[:min(len(b), 64)])}, brands)
	}
	for _, b := range [][]byte{nil, []byte("heic"), ht.Box("ftyp"), ht.Box("free", []byte("heicheicheic"))} {
		assert.False(t, heic.Match(b))
	}
	assert.Equal(t, "heic", heic.Name)
}

// The readers are all kinds of sources.
func TestEveryReaderSeesTheSameHeader(t *testing.T) {
	file := still(ht.Size(300, 200), ht.Turn(1))
	at := int(file[3])
	file = bytes.Join([][]byte{file[:at], ht.Box("mdat", make([]byte, 300<<10)), file[at:]}, nil)
	want, err := header(file, heif.Config{})
	require.NoError(t, err)
	assert.Equal(t, [3]int{200, 300, 8}, [3]int{want.Width, want.Height, want.Orientation})
	f := heif.Format(nil, heif.Config{})
	for name, r := range map[string]io.Reader{
		"forward": io.MultiReader(bytes.NewReader(file)), "byte by byte": iotest.OneByteReader(bytes.NewReader(file)),
		"behind something": func() io.Reader {
			r := bytes.NewReader(append([]byte("xyz"), file...))
			r.Seek(3, io.SeekStart)
			return r
		}(),
	} {
		got, err := f.Header(t.Context(), r)
		require.NoError(t, err, name)
		got.Bytes = want.Bytes // depends on the size of the file, which may not be known
		assert.Equal(t, want, got, name)
	}
}

func TestPixelsAreNotRead(t *testing.T) {
	file := append(still(ht.Size(3, 2)), make([]byte, 1<<20)...)
	r := &counting{ReadSeeker: bytes.NewReader(file)}
	_, err := heif.Format(nil, heif.Config{}).Header(t.Context(), r)
	require.NoError(t, err)
	assert.Less(t, r.n, 3000)
}

type counting struct {
	io.ReadSeeker
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.n += n
	return n, err
}

func TestTheErrorOfTheSourceIsReturnedUnchanged(t *testing.T) {
	broken := errors.New("the disk is gone")
	file := still(ht.Size(3, 2))
	for n := range bytes.Index(file, []byte("mdat")) - 4 {
		_, err := heif.Format(nil, heif.Config{}).Header(t.Context(), io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		require.Equal(t, broken, err)
	}
}

func TestTruncatedHeadersAreErrCorrupt(t *testing.T) {
	whole := still(ht.Size(3, 2))
	for n := range bytes.Index(whole, []byte("mdat")) - 4 {
		_, err := header(whole[:n], heif.Config{})
		require.ErrorIs(t, err, processors.ErrCorrupt, "%d bytes", n)
		require.NotErrorIs(t, err, processors.ErrFormat)
	}
	for name, b := range map[string][]byte{
		"no size":           still(),
		"an empty size":     still(ht.Size(0, 2)),
		"an empty item":     ht.Box("meta", ht.U32(0), ht.Box("pitm")),
		"no type":           ht.File(heic, 1, ht.Item{Properties: [][]byte{ht.Size(3, 2)}}),
		"a box of no size":  append(ht.U32(0), "mdat"...),
		"a box of 2^60":     append(append(ht.U32(1), "mdat"...), ht.U32(1<<28, 0)...),
		"a box of 3 bytes":  append(ht.U32(3), "meta"...),
		"a box of meta all": append(ht.U32(0), "meta"...),
		"an empty meta box": ht.Box("meta"),
		"no tiles":          ht.File(heic, 1, ht.Grid(1, 1, 5, 5, nil)),
		"too few tiles":     ht.File(heic, 1, ht.Grid(2, 1, 5, 5, []int{2}), ht.Item{Kind: "hvc1", Properties: [][]byte{hevcConfig(8), ht.Size(5, 5)}}),
	} {
		_, err := header(b, heif.Config{})
		assert.ErrorIs(t, err, processors.ErrCorrupt, name)
		assert.NotErrorIs(t, err, processors.ErrFormat, name)
	}
	_, err := header(append(ht.U32(1<<30), "meta"...), heif.Config{})
	assert.ErrorIs(t, err, processors.ErrTooLarge)
}

func TestPicturesThatCannotBeShownAreErrFormat(t *testing.T) {
	size := ht.Size(3, 2)
	moov := append(ht.Box("ftyp", []byte("hevc")), ht.Box("moov", make([]byte, 30))...)
	for name, b := range map[string][]byte{
		"a sequence alone":                    moov,
		"a sequence alone, and its pixels":    append(bytes.Clone(moov), append(ht.U32(0), "mdat"...)...),
		"a sequence, and metadata":            append(bytes.Clone(moov), ht.Box("meta", ht.U32(0), ht.Box("hdlr"))...),
		"another codec":                       ht.File(heic, 1, ht.Item{Kind: "av01", Properties: [][]byte{size}}),
		"a picture derived in another way":    ht.File(heic, 1, ht.Item{Kind: "tmap", Properties: [][]byte{size}}),
		"an essential property of the future": still(size, ht.Box("turn", []byte{1})),
		"one of a tile": ht.File(heic, 1, ht.Grid(1, 1, 3, 2, []int{2}),
			ht.Item{Kind: "hvc1", Properties: [][]byte{size, ht.Box("turn", []byte{1})}}),
		"turned a hundred times":      still(append([][]byte{size}, bytes.SplitAfter(bytes.Repeat(ht.Turn(1), 100), []byte("irot\x01"))[:100]...)...),
		"larger than the decoder may": still(ht.Size(1<<16+1, 2)),
	} {
		_, err := header(b, heif.Config{})
		assert.ErrorIs(t, err, processors.ErrFormat, name)
	}
}

func TestAPictureHasTheDepthOfItsTiles(t *testing.T) {
	grid := func(depth byte) []byte {
		return ht.File(heic, 1, ht.Grid(1, 1, 3, 2, []int{2}), ht.Item{Kind: "hvc1", Properties: [][]byte{hevcConfig(depth), ht.Size(3, 2)}})
	}
	o := heif.Config{BytesPerPixel: 10, DeepBytesPerPixel: 1000}
	flat, err := header(grid(8), o)
	require.NoError(t, err)
	deep, err := header(grid(10), o)
	require.NoError(t, err)
	assert.Greater(t, deep.Bytes, 50*flat.Bytes)
	pixi, err := header(still(ht.Size(3, 2), ht.Box("pixi", ht.U32(0), []byte{3, 8, 8, 12})), o)
	require.NoError(t, err)
	assert.Greater(t, pixi.Bytes, 50*flat.Bytes)
}
