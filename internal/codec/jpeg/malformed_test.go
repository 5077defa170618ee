package jpeg

import (
	"bytes"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Offsets of fields in the segments that small writes, from the marker.
const (
	inSOFCount, inSOFComponent                         = 9, 10 // followed by identifier, sampling factors and quantization table of each component
	inSOSCount, inSOSComponent, inSOSBand, inSOSApprox = 4, 5, 11, 13
)

func TestInvalidSegmentsAreCorruptAtEveryScale(t *testing.T) {
	sequential, progressive := small(false).file(), small(true).file()
	frame := sequential[bytes.Index(sequential, []byte{0xFF, mSOF1}):][:19]
	for name, c := range map[string]struct {
		data   []byte
		reason string
	}{
		"segment of no length":          {patch(patch(sequential, mDHT, 2, 0), mDHT, 3, 1), "segment length below 2"},
		"restart interval of one byte":  {insert(sequential, mSOS, 0xFF, mDRI, 0, 3, 0), "DRI has a wrong length"},
		"cut quantization table":        {insert(sequential, mSOS, 0xFF, mDQT, 0, 3, 0), "DQT has a wrong length"},
		"quantization table 4":          {insert(sequential, mSOS, 0xFF, mDQT, 0, 3, 4), "bad quantization table number or precision"},
		"cut Huffman table":             {insert(sequential, mSOS, 0xFF, mDHT, 0, 3, 0), "DHT has a wrong length"},
		"Huffman table 4":               {insert(sequential, mSOS, 0xFF, mDHT, 0, 3, 4), "bad Huffman table number"},
		"empty Huffman table":           {insert(sequential, mSOS, append([]byte{0xFF, mDHT, 0, 19}, make([]byte, 17)...)...), "bad Huffman code"},
		"no Huffman table":              {patch(patch(sequential, mDHT, 1, mCOM), mSOS, inSOSComponent+1, 0x20), "scan without a Huffman table"},
		"no quantization table":         {patch(sequential, mDQT, 1, mCOM), "scan without a quantization table"},
		"no frame":                      {patch(sequential, mSOF1, 1, mCOM), "scan before frame header"},
		"short frame":                   {insert(patch(sequential, mSOF1, 1, mCOM), mCOM, 0xFF, mSOF1, 0, 3, 8), "SOF has a wrong length"},
		"second frame":                  {insert(sequential, mSOS, frame...), "second frame header"},
		"marker without meaning":        {insert(sequential, mSOS, 0xFF, 0x02, 0, 2), "unknown marker"},
		"frame of another length":       {patch(sequential, mSOF1, inSOFCount, 1), "SOF has a wrong length"},
		"quantization table 5":          {patch(sequential, mSOF1, inSOFComponent+2, 5), "quantization table number above 3"},
		"more than 10 blocks in an MCU": {patch(sequential, mSOF1, inSOFComponent+1, 0x44), "more than 10 blocks in an MCU"},
		"scan of another length":        {patch(sequential, mSOS, inSOSCount, 2), "SOS has a wrong length"},
		"component twice in a scan":     {patch(sequential, mSOS, inSOSComponent+2, 0), "component twice in one scan"},
		"Huffman table 4 in a scan":     {patch(sequential, mSOS, inSOSComponent+1, 0x40), "bad entropy-coding table number"},
		"no DC table in a progressive":  {patch(progressive, mDHT, 1, mCOM), "scan without a Huffman table"},
		"no quantization, progressive":  {patch(progressive, mDQT, 1, mCOM), "component without a quantization table"},
		"band beyond the block":         {patch(progressive, mSOS, inSOSBand+1, 64), "bad spectral selection"},
		"DC and AC in one scan":         {patch(progressive, mSOS, inSOSBand+1, 5), "bad spectral selection"},
		"AC of several components":      {patch(patch(progressive, mSOS, inSOSBand, 1), mSOS, inSOSBand+1, 5), "AC scan of several components"},
		"bits beyond those of a sample": {patch(progressive, mSOS, inSOSApprox, 14), "bad successive approximation"},
		"two bits more in one scan":     {patch(progressive, mSOS, inSOSApprox, 0x31), "bad successive approximation"},
		"second frame among the scans":  {insertLast(progressive, mSOS, patch(frame, mSOF1, 1, mSOF2)...), "second frame header"},
		"bad table among the scans":     {insertLast(progressive, mSOS, 0xFF, mDRI, 0, 3, 0), "DRI has a wrong length"},
		"nothing that could be refined": {patch(progressive, mSOS, inSOSApprox, 0x21), "component without a scan"},
	} {
		for n := 1; n <= 8; n++ {
			_, err := decode(c.data, n)
			assert.ErrorIs(t, err, codec.ErrCorrupt, "%s at %d/8", name, n)
			assert.ErrorContains(t, err, c.reason, "%s at %d/8", name, n)
		}
	}
}

// insertLast is like insert, for the last marker of the given kind.
func insertLast(data []byte, marker byte, segment ...byte) []byte {
	i := bytes.LastIndex(data, []byte{0xFF, marker})
	return append(append(bytes.Clone(data[:i]), segment...), data[i:]...)
}

func TestDataBetweenSegmentsIsIgnored(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		data := small(progressive).file()
		want, err := decode(data, 8)
		require.NoError(t, err)
		for name, also := range map[string][]byte{
			"comment": insertLast(data, mSOS, 0xFF, mCOM, 0, 4, 'h', 'i'), "application data": insertLast(data, mSOS, 0xFF, mAPP15, 0, 2),
			"fill bytes": insertLast(data, mSOS, 0xFF, 0xFF, 0xFF), "garbage": insertLast(data, mSOS, 1, 2, 3),
		} {
			got, err := decode(also, 8)
			require.NoError(t, err, name)
			assert.Equal(t, want, got, name)
		}
	}
}

func TestRestartMarkersOutOfOrderOrMissingAreCorrupt(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := small(progressive)
		c.restart = 2
		data := c.file()
		for _, instead := range []byte{mRST0 + 3, mCOM, mEOI, 0} {
			damaged := patch(data, mRST0, 1, instead)
			for n := 1; n <= 8; n++ {
				_, err := decode(damaged, n)
				assert.ErrorIs(t, err, codec.ErrCorrupt, "%x at %d/8, progressive %v", instead, n, progressive)
			}
		}
	}
}

func TestDataBeforeARestartMarkerIsSkipped(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := small(progressive)
		c.restart = 2
		data := c.file()
		want, err := decode(data, 8)
		require.NoError(t, err)
		got, err := decode(insert(data, mRST0, 7, 0xFF, 0, 7, 0xFF), 8)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		_, err = decode(data[:bytes.Index(data, []byte{0xFF, mRST0})], 8)
		assert.ErrorIs(t, err, codec.ErrCorrupt, "nothing follows")
	}
}

func TestATruncatedScanOfAProgressiveFileIsCorrupt(t *testing.T) {
	c := randomCoded(rand.New(rand.NewSource(12)), 150, 120, [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1})
	c.progressive = true
	data := c.file()
	scans := 0
	for at := 0; ; {
		next := bytes.Index(data[at:], []byte{0xFF, mSOS})
		if next < 0 {
			break
		}
		begin := at + next + 2
		end := begin + int(data[begin])<<8 + int(data[begin+1]) // end of the scan header
		walk := segments{r: codec.NewBytesReader(t.Context(), data), next: int64(end)}
		seg, err := walk.read()
		require.NoError(t, err)
		behind := int(seg.at)
		for _, left := range []int{0, 1, (behind - end) / 2, behind - end - 3} {
			if left < 0 || left > behind-end-3 {
				continue // so few bytes are removed that the rest may still be sufficient
			}
			_, err = decode(append(data[:end+left:end+left], data[behind:]...), 8)
			assert.ErrorIs(t, err, codec.ErrCorrupt, "%d of %d bytes of scan %d", left, behind-end, scans)
		}
		scans++
		at = behind
	}
	assert.Equal(t, len(c.script()), scans)
}
