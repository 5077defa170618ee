package storagetest

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/storagetest/internal/rules"
)

// benchSizes are typical sizes of thumbnails: a small JPEG, one for a screen of double density, and a large
// PNG.
var benchSizes = []int{4 << 10, 40 << 10, 400 << 10}

// Bench measures the operations of a handler, so that storages can be compared: Open of a missing key,
// which precedes each new thumbnail; Open followed by reading to the end, as for each later request, in one
// goroutine and in GOMAXPROCS goroutines; and Put. Call it as
//
//	func BenchmarkStorage(b *testing.B) { storagetest.Bench(b, open) }
func Bench(b *testing.B, open func(t testing.TB) Storage) {
	b.Run("absent", func(b *testing.B) {
		s := open(b)
		b.ReportAllocs()
		for b.Loop() {
			if err := rules.NotExist(b.Context(), s, benchKey(1)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, size := range benchSizes {
		content := rules.Pattern(size)
		b.Run(fmt.Sprintf("read/%dKiB", size>>10), func(b *testing.B) {
			s := openWith(b, open, content)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				benchRead(b, s, size)
			}
		})
		b.Run(fmt.Sprintf("read-parallel/%dKiB", size>>10), func(b *testing.B) {
			s := openWith(b, open, content)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					benchRead(b, s, size)
				}
			})
		})
		b.Run(fmt.Sprintf("put/%dKiB", size>>10), func(b *testing.B) {
			s := open(b)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := rules.Put(b.Context(), s, benchKey(i%100), content); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchKey returns a key in the form of a thumbnail's.
func benchKey(i int) string {
	return fmt.Sprintf("animals/kitten%d.jpg/100x100/crop/%s.jpg", i, strings.Repeat("0123456789", 4))
}

func openWith(b *testing.B, open func(t testing.TB) Storage, content string) Storage {
	s := open(b)
	if err := rules.Put(b.Context(), s, benchKey(1), content); err != nil {
		b.Fatal(err)
	}
	return s
}

func benchRead(b *testing.B, s Storage, size int) {
	f, err := s.Open(b.Context(), benchKey(1))
	if err != nil {
		b.Error(err)
		return
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, f); err != nil || n != int64(size) {
		b.Errorf("read %d bytes of %d: %v", n, size, err)
	}
}
