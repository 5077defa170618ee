package png

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"image"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func header(t testing.TB, data []byte) *codec.Header {
	t.Helper()
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	return &h
}

// exifOf returns an eXIf chunk with an orientation.
func exifOf(orientation byte) part {
	return part{"eXIf", "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00"}
}

func TestTheOrientationMayPrecedeOrFollowThePixels(t *testing.T) {
	for name, c := range map[string]struct {
		file        []byte
		peek, whole int
	}{
		"before":                 {fileOf(head(8, colorGray), exifOf(6), rowsOf(2), exifOf(3), end), 6, 6},
		"behind":                 {fileOf(head(8, colorGray), rowsOf(2), exifOf(8), end), 1, 8},
		"behind, without an end": {fileOf(head(8, colorGray), rowsOf(2), exifOf(8)), 1, 8},
		"behind the end":         {fileOf(head(8, colorGray), rowsOf(2), end, exifOf(8)), 1, 1},
	} {
		h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(c.file), false))
		require.NoError(t, err)
		assert.Equal(t, c.peek, h.Orientation, name)
		for _, r := range []*codec.Reader{
			codec.NewBytesReader(t.Context(), c.file),
			codec.NewReader(t.Context(), bytes.NewReader(c.file), true),
			codec.NewReader(t.Context(), io.MultiReader(bytes.NewReader(c.file)), true),
		} {
			h, err = Format.Header(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, c.whole, h.Orientation, name)
			assert.Equal(t, image.Pt(2, 2), h.Stored)
			assert.Equal(t, 1, h.FrameCount)
		}
	}
}

// Files of every kind decode with an account of exactly the estimate. The decoder takes all the memory that it uses from the account.
func TestDecodingStaysWithinTheEstimate(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 6))
	everyKind(func(h pictureHeader) {
		for _, size := range []image.Point{{1, 1}, {400, 300}, {30_000, 4}, {4, 30_000}} {
			h.Width, h.Height = size.X, size.Y
			data := randomPNG(rng, h, flate.BestSpeed)
			head := header(t, data)
			for _, least := range []image.Point{{}, {max(size.X/3, 1), max(size.Y/3, 1)}} {
				o := codec.Options{Least: least}
				account := codec.NewAccount(Format.Memory(head, o))
				pic, err := Format.Decode(codec.WithAccount(t.Context(), account), data, head, o)
				require.NoError(t, err, "%+v", h)
				size := pic.Image.Bounds().Size()
				if n := int64(size.X) * int64(size.Y); n > codec.Free {
					assert.GreaterOrEqual(t, account.Used(), n)
				}
				if least.X > 1 && least.Y > 1 && !h.Interlaced {
					assert.Equal(t, least, size)
				}
				_, err = Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(account.Peak()-1)), data, head, o)
				assert.ErrorIs(t, err, codec.ErrTooLarge)
			}
		}
	})
}

func TestTheAccountIsGivenBackAfterAnError(t *testing.T) {
	data := randomPNG(rand.New(rand.NewPCG(1, 6)), pictureHeader{Width: 300, Height: 300, Depth: 8, Color: colorRGB}, flate.BestSpeed)
	head := header(t, data)
	account := codec.NewAccount(1 << 30)
	for _, least := range []image.Point{{}, {30, 30}} {
		_, err := Format.Decode(codec.WithAccount(t.Context(), account), data[:len(data)/2], head, codec.Options{Least: least})
		require.ErrorIs(t, err, codec.ErrCorrupt)
		assert.Zero(t, account.Used())
	}
}

func iCCP(profile []byte) part {
	var b bytes.Buffer
	b.WriteString("name\x00\x00")
	z := zlib.NewWriter(&b)
	z.Write(profile)
	z.Close()
	return part{"iCCP", b.String()}
}

func numbers(v ...uint32) string {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b)
}

func TestTheColorChunkWithTheHighestPrecedenceApplies(t *testing.T) {
	profile := make([]byte, 200)
	profile[3] = 200
	copy(profile[36:], "acsp")
	gAMA, cHRM := part{"gAMA", numbers(100000)}, part{"cHRM", numbers(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)}
	cICP, sRGB := part{"cICP", "\x0c\x0d\x00\x01"}, part{"sRGB", "\x00"}
	p3 := &[8]float64{.3127, .329, .68, .32, .265, .69, .15, .06}
	broken := fileOf(head(8, colorRGB), gAMA, rowsOf(6), end)
	broken[8+25+8]++
	for name, c := range map[string]struct {
		file []byte
		want codec.Color
	}{
		"nothing":              {fileOf(head(8, colorRGB), rowsOf(6), end), codec.Color{}},
		"of gray":              {fileOf(head(8, colorGray), rowsOf(2), end), codec.Color{Space: codec.SpaceGray}},
		"gAMA":                 {fileOf(head(8, colorRGB), gAMA, rowsOf(6), end), codec.Color{Gamma: 1}},
		"gAMA and cHRM":        {fileOf(head(8, colorRGB), gAMA, cHRM, rowsOf(6), end), codec.Color{Gamma: 1, Primaries: p3}},
		"cHRM":                 {fileOf(head(8, colorRGB), cHRM, rowsOf(6), end), codec.Color{}},
		"gAMA behind pixels":   {fileOf(head(8, colorRGB), rowsOf(6), gAMA, end), codec.Color{}},
		"gAMA with bad sum":    {broken, codec.Color{}},
		"gAMA of sRGB":         {fileOf(head(8, colorRGB), part{"gAMA", numbers(45455)}, rowsOf(6), end), codec.Color{}},
		"sRGB before gAMA":     {fileOf(head(8, colorRGB), gAMA, sRGB, rowsOf(6), end), codec.Color{}},
		"iCCP before sRGB":     {fileOf(head(8, colorRGB), sRGB, iCCP(profile), rowsOf(6), end), codec.Color{Profile: profile}},
		"iCCP that is none":    {fileOf(head(8, colorRGB), gAMA, iCCP([]byte("none")), rowsOf(6), end), codec.Color{Gamma: 1}},
		"cICP before iCCP":     {fileOf(head(8, colorRGB), iCCP(profile), cICP, rowsOf(6), end), codec.Color{CICP: &codec.CICP{Primaries: 12, Transfer: 13, FullRange: true}, Else: &codec.Color{Profile: profile}}},
		"all chunks":           {fileOf(head(8, colorRGB), sRGB, gAMA, cHRM, iCCP(profile), cICP, rowsOf(6), end), codec.Color{CICP: &codec.CICP{Primaries: 12, Transfer: 13, FullRange: true}, Else: &codec.Color{Profile: profile}}},
		"iCCP before gAMA":     {fileOf(head(8, colorRGB), gAMA, cHRM, iCCP(profile), rowsOf(6), end), codec.Color{Profile: profile, Else: &codec.Color{Gamma: 1, Primaries: p3}}},
		"cICP of a matrix":     {fileOf(head(8, colorRGB), part{"cICP", "\x0c\x0d\x01\x01"}, gAMA, rowsOf(6), end), codec.Color{Gamma: 1}},
		"the first of several": {fileOf(head(8, colorRGB), gAMA, part{"gAMA", numbers(50000)}, rowsOf(6), end), codec.Color{Gamma: 1}},
	} {
		got, err := Format.Color(t.Context(), c.file, header(t, c.file))
		require.NoError(t, err)
		assert.Equal(t, c.want, got, name)
	}
}

// A profile may inflate to more bytes than its header declares, or declare too many. Neither may take much memory.
func TestAProfileTakesNoMoreMemoryThanItDeclares(t *testing.T) {
	of := func(declared uint32, length int) (codec.Color, int64) {
		profile := make([]byte, length)
		copy(profile[36:], "acsp")
		binary.BigEndian.PutUint32(profile, declared)
		data := fileOf(head(8, colorRGB), iCCP(profile), rowsOf(6), end)
		account := codec.NewAccount(1 << 20)
		c, err := Format.Color(codec.WithAccount(t.Context(), account), data, header(t, data))
		require.NoError(t, err)
		if declared == 1<<20 {
			_, err = Format.Color(codec.WithAccount(t.Context(), codec.NewAccount(1<<20-1)), data, header(t, data))
			assert.ErrorIs(t, err, codec.ErrTooLarge)
		}
		return c, account.Used()
	}
	for name, c := range map[string]struct {
		declared       uint32
		length, usable int
	}{
		"of its size":   {1 << 20, 1 << 20, 1 << 20},
		"with padding":  {1 << 20, 1<<20 + 100, 1 << 20},
		"with 29 MiB":   {1 << 20, 30 << 20, 0},
		"too short":     {1 << 20, 1<<20 - 1, 0},
		"of many bytes": {maxProfile + 1, 30 << 20, 0},
	} {
		color, used := of(c.declared, c.length)
		assert.Len(t, color.Profile, c.usable, name)
		assert.EqualValues(t, c.usable, used, name)
	}
}

func TestCorpusFilesAreDecodedWithinTheEstimate(t *testing.T) {
	for _, f := range corpusPNGs(t) {
		data := imagetest.Read(t, f.Path)
		ctx := t.Context()
		h, err := Format.Header(ctx, codec.NewBytesReader(ctx, data))
		if err != nil || float64(h.Stored.X)*float64(h.Stored.Y) > maxTestPixels {
			continue
		}
		for _, o := range []codec.Options{{}, {Least: h.Stored.Div(2)}, {Tolerant: true}} {
			pic, err := Format.Decode(codec.WithAccount(ctx, codec.NewAccount(Format.Memory(&h, o))), data, &h, o)
			assert.NotErrorIs(t, err, codec.ErrTooLarge, f.Name)
			if f.Expect == "ok" {
				assert.NoError(t, err, f.Name)
			}
			if pic != nil && pic.Release != nil {
				pic.Release()
			}
		}
	}
}
