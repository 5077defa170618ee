package tiff

import (
	"encoding/binary"
	"encoding/hex"
	"sync"
)

// usualTables returns the tables that most programs store in JPEGTables: the examples of ITU-T T.81, annex K, with the quantization tables
// scaled to the usual quality, 75.
var usualTables = sync.OnceValue(func() []byte {
	tables, err := hex.DecodeString(usualHex)
	if err != nil {
		panic(err) // usualHex is a constant
	}
	return tables
})

// usualHex has a DQT segment and a DHT segment, each with tables 0 and 1.
const usualHex = "ffdb008400080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e33343201" +
	"0909090c0b0c180d0d1832211c213232323232323232323232323232323232323232323232323232323232323232323232323232323232323232323232323232ffc401a20000" +
	"010501010101010100000000000000000102030405060708090a0b100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342" +
	"b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889" +
	"8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa01000301" +
	"01010101010101010000000000000102030405060708090a0b1100020102040403040705040400010277000102031104052131061241510761711322328108144291a1b1c109" +
	"233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a8283848586878889" +
	"8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"

// usualBytes is the length of usualTables.
const usualBytes = len(usualHex) / 2

// jpegTables returns the tables that precede each strip or tile. A tolerant decode replaces tables that are cut off by the usual ones, and also
// tables that are damaged: see jpegSource.reset.
func (s *jpegSource) jpegTables() []byte {
	l, data := s.d.layout, s.d.data
	tables, ok := l.tables.bytes(data)
	missing := !ok || l.cut && l.tables.count == 0
	if !s.usual && !(s.d.tolerant && missing) {
		return tables
	}
	s.d.assumed = true
	if !ok && l.tables.inline == nil && l.tables.offset < int64(len(data)) {
		tables = data[l.tables.offset:]
		tables = tables[:min(len(tables), 64<<10)]
	}
	out := append(make([]byte, 0, usualBytes), usualTables()...)
	if s.usual {
		return out
	}
	return append(out, wholeSegments(tables)...)
}

// wholeSegments returns the part of JPEGTables that consists of complete segments.
func wholeSegments(tables []byte) []byte {
	at := 0
	for at+4 <= len(tables) && tables[at] == 0xff {
		n := 2
		if m := tables[at+1]; m != jpegSOI && m != jpegEOI {
			n += int(binary.BigEndian.Uint16(tables[at+2:]))
		}
		if at+n > len(tables) {
			break
		}
		at += n
	}
	return tables[:at]
}
