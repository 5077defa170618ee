package engine

import (
	"bytes"
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const secret = "geheime Notiz"

func insert(file []byte, at int, what ...[]byte) []byte {
	return bytes.Join([][]byte{file[:at], bytes.Join(what, nil), file[at:]}, nil)
}

// withSecrets returns files with all kinds of metadata. Without metadata they are smaller than their
// thumbnails.
func withSecrets(t testing.TB) map[string][]byte {
	jpg := encoded(t, processors.JPEG{Quality: 20}, imagetest.Gradient(80, 60))
	jpg = insert(jpg, 2,
		pieces.JPEG(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01"+"\x01\x02\x03")), pieces.JPEG(0xe0, []byte("JFXX\x00\x10"+secret)), pieces.JPEG(0xe1, []byte("Exif\x00\x00"+string(pieces.EXIF(1))+secret)),
		pieces.JPEG(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret)), pieces.JPEG(0xe2, []byte("ICC_PROFILE\x00\x01\x01"+secret)), pieces.JPEG(0xed, []byte("Photoshop 3.0\x00"+secret)), pieces.JPEG(0xfe, []byte(secret)))
	png := encodePNG(t, imagetest.Gradient(40, 30)) // the original must be smaller than its thumbnail, and BestSpeed makes larger files
	png = insert(png, 33, pieces.PNG("tEXt", []byte("Comment\x00"+secret)), pieces.PNG("eXIf", []byte(string(pieces.EXIF(1))+secret)), pieces.PNG("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret)), pieces.PNG("pHYs", []byte("\x00\x00\x01\x00\x00\x00\x01\x00\x01")))
	animation := moving(t, 5, image.Pt(40, 20))
	at := bytes.Index(animation, []byte("\x21\xff\x0bNETSCAPE"))
	comment := []byte("\x21\xfe\x0d" + secret + "\x00\x21\xff\x0bXMP DataXMP\x0d" + secret + "\x00")
	animation = insert(animation, at, comment)
	webp := encodeWebP(t, imagetest.Gradient(40, 30), false)[12:]
	webp = pieces.WebP(pieces.VP8X(pieces.WebPEXIF|pieces.WebPXMP|pieces.WebPProfile, image.Pt(40, 30)), pieces.RIFF("ICCP", []byte(secret)), webp, pieces.RIFF("EXIF", append(pieces.EXIF(1), secret...)), pieces.RIFF("XMP ", []byte(secret)))
	return map[string][]byte{
		"jpeg": append(jpg, secret...), "png": append(png, secret...), "gif": append(animation, secret...), "webp": append(webp, secret...),
	}
}

var strippers = map[string]func([]byte) []byte{"jpeg": stripJPEG, "png": stripPNG, "gif": stripGIF, "webp": stripWebP}

func TestStrippedFilesHaveTheSamePixelsAndNoMetadata(t *testing.T) {
	for format, file := range withSecrets(t) {
		require.Contains(t, string(file), secret)
		got := strippers[format](file)
		require.NotNil(t, got, format)
		assert.NotContains(t, string(got), secret, format)
		assert.NotContains(t, string(got), "Exif", format)
		assert.Equal(t, got, strippers[format](got), "%s: there is nothing left to strip", format)
		sameLooks(t, format, file, got)
	}
}

// sameLooks compares all pixels of two files, and all frames of GIFs.
func sameLooks(t testing.TB, name string, a, b []byte) {
	_, p := decodeFile(t, a)
	_, q := decodeFile(t, b)
	require.Zero(t, distance(t, p, q), name)
	_, was, err := animate(t.Context(), a, processors.Crop{}, p.Bounds().Dx(), 0, plenty)
	require.NoError(t, err)
	_, is, err := animate(t.Context(), b, processors.Crop{}, p.Bounds().Dx(), 0, plenty)
	require.NoError(t, err)
	require.Equal(t, isAnimation(was), isAnimation(is), name)
	if isAnimation(was) {
		assertSame(t, filmOf(t, was), filmOf(t, is), name)
	}
}

func TestStrippedFilesOfTheCorpusHaveTheSamePixels(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	tried := map[string]int{}
	for _, f := range files {
		if f.Expect != "ok" || f.Display.X*f.Display.Y > 2_000_000 {
			continue
		}
		data := imagetest.Read(t, f.Path)
		h, err := DecodeHeader(bytes.NewReader(data))
		if err != nil || strippers[h.Format] == nil || h.Orientation != 1 || h.Format == "png" && h.read.FrameCount > 1 {
			continue
		}
		got := strippers[h.Format](data)
		if got == nil {
			continue
		}
		tried[h.Format]++
		after, err := DecodeHeader(bytes.NewReader(got))
		require.NoError(t, err, f.Name)
		assert.Equal(t, h.Size, after.Size, f.Name)
		assert.LessOrEqual(t, len(got), len(data)+32, f.Name)
		if colorManaged(data) {
			continue // its profile is metadata
		}
		sameLooks(t, f.Name, data, got)
	}
	for format := range strippers {
		assert.Greater(t, tried[format], 10, format)
	}
}

func TestThumbnailsOfTheOriginalSizeLookLikeTheirOriginals(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	encoders := map[string]encoder{"jpeg": processors.JPEG{Quality: 100, Subsampling: processors.Subsampling444}, "png": processors.PNG{}}
	asTheyAre := 0
	for _, f := range files {
		if f.Expect != "ok" || f.Display.X*f.Display.Y > 1_000_000 {
			continue
		}
		data := imagetest.Read(t, f.Path)
		h, err := DecodeHeader(bytes.NewReader(data))
		if err != nil || encoders[h.Format] == nil {
			continue
		}
		pic, err := Decode(t.Context(), data, h, image.Point{})
		require.NoError(t, err, f.Name)
		want, err := pic.Apply(t.Context(), processors.Crop{}, h.Size.X, 0)
		require.NoError(t, err, f.Name)
		file := stored(t, data, processors.Crop{}, encoders[h.Format], h.Size.X)
		_, got := decodeFile(t, file)
		limit := 2.0
		if len(file) <= len(data) { // a file encoded at the quality of the original must not be larger
			limit = 8
		}
		if pixels.Opaque(want) {
			assert.Less(t, distance(t, want, got), limit, f.Name)
		}
		if bytes.Equal(file, strippers[h.Format](data)) {
			asTheyAre++
		}
	}
	assert.Greater(t, asTheyAre, 20)
}

// colorManaged reports whether a file has a color description. Such a file is stored unchanged only if the
// description is sRGB.
func colorManaged(data []byte) bool {
	for _, sign := range []string{"ICC_PROFILE", "iCCP", "gAMA", "cHRM", "cICP", "ICCRGBG1"} {
		if bytes.Contains(data, []byte(sign)) {
			return true
		}
	}
	return false
}

// stored returns the thumbnail of a file in a size.
func stored(t testing.TB, file []byte, p processors.Processor, encoder encoder, width int) []byte {
	var pic *testPicture
	var img image.Image
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	if animates(encoder) {
		pic, img, err = animate(t.Context(), file, p, width, 0, plenty)
		require.NoError(t, err)
	} else {
		pic, err = Decode(t.Context(), file, h, image.Point{})
		require.NoError(t, err)
		img, err = pic.Apply(t.Context(), p, width, 0)
		require.NoError(t, err)
	}
	var b bytes.Buffer
	b.WriteString("before")
	require.NoError(t, pic.Encode(&b, encoder, img))
	require.True(t, bytes.HasPrefix(b.Bytes(), []byte("before")))
	return b.Bytes()[len("before"):]
}

func FuzzStrip(f *testing.F) {
	seed(f)
	for _, file := range withSecrets(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeHeader(bytes.NewReader(data))
		if err != nil || strippers[h.Format] == nil || h.Orientation != 1 || h.DecodeBytes(image.Point{}) > 4<<20 || colorManaged(data) {
			return
		}
		got := strippers[h.Format](data) // damaged files must not cause a panic, either
		pic, err := Decode(t.Context(), data, h, image.Point{})
		if err != nil || got == nil {
			return
		}
		after, err := DecodeHeader(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(t.Context(), got, after, image.Point{})
		if err != nil {
			t.Fatal(err)
		}
		if distance(t, pic.Image(), again.Image()) != 0 {
			t.Fatal("it does not look the same")
		}
	})
}
