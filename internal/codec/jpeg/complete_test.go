package jpeg

import (
	"bytes"
	"image"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

const trailing = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mdat\xff\xda\x00\x0c\x03\xff\xc4\x00\x01\xffSEFT secret"

// oddButComplete returns files that are unusual or damaged, but contain every pixel.
func oddButComplete(data []byte, progressive bool) map[string][]byte {
	noEnd := data[:len(data)-2]
	sof := byte(mSOF1)
	if progressive {
		sof = mSOF2
	}
	behind := func(b ...byte) []byte { return append(bytes.Clone(noEnd), b...) }
	odd := map[string][]byte{
		"TEM behind SOI":                    insert(data, sof, 0xFF, mTEM),
		"TEM before a scan":                 insertLast(data, mSOS, 0xFF, mTEM),
		"a restart marker before the frame": insert(data, sof, 0xFF, mRST0+3),
		"SOI twice":                         append([]byte{0xFF, mSOI}, data...),
		"fill bytes":                        insertLast(data, mSOS, bytes.Repeat([]byte{0xFF}, 5000)...),
		"garbage between segments":          insertLast(data, mSOS, []byte("abc\xff\x00def")...),
		"DNL":                               insertLast(data, mSOS, 0xFF, mDNL, 0, 4, 1, 1),
		"no EOI":                            noEnd,
		"half of EOI":                       behind(0xFF),
		"a film behind the scan":            behind([]byte(trailing)...),
		"zeros behind the scan":             behind(make([]byte, 70000)...),
		"a second picture behind the scan":  behind(data...),
		"a second picture behind EOI":       append(bytes.Clone(data), data...),
		"a frame header behind the scan":    behind(0xFF, sof, 0, 11, 8, 9, 9, 9, 9, 1, 1, 0x11, 0),
		"a marker without meaning behind":   behind(0xFF, 0x02, 0xFF, 0xF7),
		"a table that is broken behind":     behind(0xFF, mDHT, 0, 3, 9),
		"RST behind the scan":               behind(0xFF, mRST0, 0xFF, mEOI),
		"empty table segments":              insert(data, mSOS, 0xFF, mDHT, 0, 2, 0xFF, mDQT, 0, 2),
		"a table without codes":             insert(data, mSOS, append([]byte{0xFF, mDHT, 0, 19, 0x13}, make([]byte, 16)...)...),
	}
	for _, marker := range []byte{mAPP0, mAPP1, mAPP2, 0xE5, mAPP14, mCOM} {
		for length := range byte(3) {
			odd["an application's segment of length "+string('0'+length)+" "+string(rune(marker))] = insert(data, sof, 0xFF, marker, 0, length)
		}
	}
	if !progressive { // a progressive file would need another band
		odd["a band in a sequential scan"] = patch(patch(data, mSOS, inSOSBand, 1), mSOS, inSOSBand+1, 7)
	}
	return odd
}

func TestHeaderColorPixelsAndStrippedFileAgreeOnOddButCompleteFiles(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := small(progressive)
		plain := insert(c.file(), map[bool]byte{false: mSOF1, true: mSOF2}[progressive], profileSegments("a profile", 3)...)
		for name, data := range oddButComplete(plain, progressive) {
			h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(data), false))
			require.NoError(t, err, name)
			assert.Equal(t, image.Pt(83, 61), h.Stored, name)
			color, err := Format.Color(t.Context(), data, &h)
			require.NoError(t, err, name)
			assert.Equal(t, "a profile", string(color.Profile), name)
			for _, least := range []image.Point{{}, {8, 6}, {30, 22}} {
				want, _, err := byFormat(t, plain, codec.Options{Least: least})
				require.NoError(t, err)
				got, _, err := byFormat(t, data, codec.Options{Least: least})
				require.NoError(t, err, "%s, progressive %v, least %v", name, progressive, least)
				require.Zero(t, maxDifference(t, name, got.Image, want.Image), name)
				assert.False(t, got.Partial)
			}
			if stripped := Format.Strip(data, &h); stripped != nil {
				assert.NotContains(t, string(stripped), "secret", name)
				assert.NotContains(t, string(stripped), "profile", name)
				want, err := decode(plain, 8)
				require.NoError(t, err)
				got, err := decode(stripped, 8)
				require.NoError(t, err, name)
				assert.Zero(t, maxDifference(t, name, got, want), name)
			}
		}
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), plain))
		require.NoError(t, err)
		assert.NotNil(t, Format.Strip(plain, &h))
	}
}

// profileSegments returns APP2 segments with a profile in n parts, the last part first.
func profileSegments(profile string, n int) (out []byte) {
	for i := n; i > 0; i-- {
		part := profile[(i-1)*len(profile)/n : i*len(profile)/n]
		out = append(out, pieces.JPEG(mAPP2, []byte(profileName), []byte{byte(i), byte(n)}, []byte(part))...)
	}
	return out
}

func TestStripDropsDataAfterTheLastScan(t *testing.T) {
	data := small(false).file()
	noEnd := data[:len(data)-2]
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	// No marker separates the scan from the data after it.
	for _, file := range [][]byte{
		append(bytes.Clone(noEnd), "a secret\xff\xd9"...), append(bytes.Clone(noEnd), "\xff\xd0a secret\xff\xd9"...),
		append(bytes.Clone(noEnd), "a secret"...), append(bytes.Clone(data), "a secret"...),
	} {
		_, err := decode(file, 8)
		require.NoError(t, err)
		assert.NotContains(t, string(Format.Strip(file, &h)), "secret")
	}
}

func TestTheFirstCompleteProfileCounts(t *testing.T) {
	data := small(false).file()
	long := string(bytes.Repeat([]byte("0123456789abcdef"), 12_000))
	parts := profileSegments(long, 4)
	size := len(parts) / 4
	for name, c := range map[string]struct {
		segments []byte
		want     string
	}{
		"four parts":       {parts, long},
		"in one":           {profileSegments("short", 1), "short"},
		"a part missing":   {parts[size:], ""},
		"a part twice":     {append(bytes.Clone(parts[:size]), parts...), long},
		"every part twice": {append(bytes.Clone(parts), parts...), long},
		"a second profile": {append(bytes.Clone(parts), profileSegments("short", 1)...), long},
		"another count":    {append(bytes.Clone(parts[:size]), profileSegments("short", 1)...), ""},
		"none":             {nil, ""},
		"cut in its name":  {[]byte("\xff\xe2\x00\x0cICC_PROFIL"), ""},
		"part 0 of none":   {[]byte("\xff\xe2\x00\x11ICC_PROFILE\x00\x00\x00x"), ""},
		"part 2 of 1":      {[]byte("\xff\xe2\x00\x11ICC_PROFILE\x00\x02\x01x"), ""},
		"of another thing": {[]byte("\xff\xe2\x00\x08MPF\x00ab"), ""},
	} {
		file := insert(data, mSOF1, c.segments...)
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
		require.NoError(t, err, name)
		color, err := Format.Color(t.Context(), file, &h)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, string(color.Profile), name)
		if name == "four parts" {
			_, err := Format.Color(codec.WithAccount(t.Context(), codec.NewAccount(int64(len(long))-1)), file, &h)
			assert.ErrorIs(t, err, codec.ErrTooLarge)
			assert.Greater(t, Format.Memory(&h, codec.Options{}), int64(len(long)))
		}
	}
}

func TestTheOrientationIsThatOfTheFirstEXIFBlock(t *testing.T) {
	block := func(n int) []byte { return pieces.APP1(pieces.EXIF(n)) }
	for _, progressive := range []bool{false, true} {
		data := small(progressive).file()
		for _, marker := range []byte{mDQT, mSOS} { // before and after the frame header
			turned := insert(data, marker, append(block(6), block(3)...)...)
			h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(turned), false))
			require.NoError(t, err)
			assert.Equal(t, 6, h.Orientation)
			assert.Equal(t, image.Pt(61, 83), h.Size())
		}
	}
}

func TestComponentsWithTheSameIdentifierAreDistinguishedByTheirOrder(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		for _, separate := range []bool{false, true} {
			c := small(progressive)
			c.separate = separate
			data := c.file()
			want, err := decode(data, 8)
			require.NoError(t, err)
			same := bytes.Clone(data)
			renameAll(same)
			got, err := decode(same, 8)
			require.NoError(t, err, "progressive %v, separate %v", progressive, separate)
			assert.Zero(t, maxDifference(t, "one name", got, want), "progressive %v, separate %v", progressive, separate)
		}
	}
}

// renameAll gives all components the identifier 0, in the frame and in the scans.
func renameAll(data []byte) {
	for i := 0; i+1 < len(data); i++ {
		switch {
		case data[i] != 0xFF:
		case data[i+1] == mSOF1 || data[i+1] == mSOF2:
			for j := range int(data[i+inSOFCount]) {
				data[i+inSOFComponent+3*j] = 0
			}
		case data[i+1] == mSOS:
			for j := range int(data[i+inSOSCount]) {
				data[i+inSOSComponent+2*j] = 0
			}
		}
	}
}

func TestAFrameOfMotionJPEGWithoutTablesIsDecoded(t *testing.T) {
	rng := rand.New(rand.NewSource(4))
	img := image.NewYCbCr(image.Rect(0, 0, 60, 40), image.YCbCrSubsampleRatio420)
	rng.Read(img.Y)
	rng.Read(img.Cb)
	data := encodedByGo(t, img) // with the Huffman tables of annex K
	want, err := decode(data, 8)
	require.NoError(t, err)
	at := bytes.Index(data, []byte{0xFF, mDHT})
	end := at + 2 + int(data[at+2])<<8 + int(data[at+3])
	bare := append(bytes.Clone(data[:at]), data[end:]...)
	require.NotContains(t, string(bare), "\xff\xc4")
	got, err := decode(bare, 8)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), bare))
	require.NoError(t, err)
	assert.Nil(t, Format.Strip(bare, &h), "not every viewer shows it")
}
