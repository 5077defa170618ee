// Command store measures the cost of storing a cold thumbnail. It compares the rate of a handler with a
// storage.Dir on a disk with that of one on tmpfs, both while the disk is idle and while another program
// writes and syncs:
//
//	go run ./bench/store -disk /var/tmp -tmpfs /dev/shm
//
// The two alternate, so the ratios are valid even on a machine with other load.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"iter"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing/fstest"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func main() {
	log.SetFlags(0)
	disk := flag.String("disk", os.TempDir(), "a directory on the disk")
	tmpfs := flag.String("tmpfs", "/dev/shm", "a directory in memory")
	rounds := flag.Int("rounds", 41, "how often each is measured")
	count := flag.Int("count", 16, "thumbnails of a round")
	flag.Parse()
	original := photo(4000, 3000)
	fmt.Println("| thumbnail | disk | on tmpfs, per second | on disk | ratio |\n|---|---|--:|--:|--:|")
	for _, size := range []thumbnail.Size{{Width: 200, Height: 200}, {Width: 800, Height: 600}} {
		for _, busy := range []bool{false, true} {
			stop := func() {}
			name := "idle"
			if busy {
				name = "busy"
				stop = disturb(*disk)
			}
			memory, onDisk, ratio, err := measure(original, size, *tmpfs, *disk, *rounds, *count)
			stop()
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("| %v | %s | %.1f | %.1f | %.2f |\n", size, name, memory, onDisk, ratio)
		}
	}
}

// measure returns the thumbnails per second of the median round on either file system, and the median ratio
// of two consecutive rounds.
func measure(original []byte, size thumbnail.Size, tmpfs, disk string, rounds, count int) (memory, onDisk, ratio float64, err error) {
	var rates [2][]float64
	var ratios []float64
	var parents [2]string
	for i, parent := range []string{tmpfs, disk} {
		// These are removed at the end, because ext4 is slow to allocate inodes where many were removed seconds before.
		if parents[i], err = os.MkdirTemp(parent, "bench-store-"); err != nil {
			return 0, 0, 0, err
		}
		defer os.RemoveAll(parents[i])
	}
	for round := range rounds {
		var now [2]float64
		for turn := range 2 {
			i := (round + turn) % 2 // alternate the order, because the second file system has warmer caches
			took, err := cold(original, size, parents[i], round, count)
			if err != nil {
				return 0, 0, 0, err
			}
			now[i] = float64(count) / took.Seconds()
			rates[i] = append(rates[i], now[i])
		}
		ratios = append(ratios, now[1]/now[0])
	}
	median := func(all []float64) float64 {
		slices.Sort(all)
		return all[len(all)/2]
	}
	return median(rates[0]), median(rates[1]), median(ratios), nil
}

// cold makes thumbnails of different originals, as many at a time as there are workers.
func cold(original []byte, size thumbnail.Size, parent string, round, count int) (took time.Duration, err error) {
	root, err := os.MkdirTemp(parent, "round-")
	if err != nil {
		return 0, err
	}
	dir, err := storage.OpenDir(root)
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	files := fstest.MapFS{}
	for i := range count {
		files[source(round, i)] = &fstest.MapFile{Data: original}
	}
	signer, err := thumbnail.NewSigner([]byte("a key of the measurement"))
	if err != nil {
		return 0, err
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: storage.FS(files), Storage: dir, Signer: signer})
	if err != nil {
		return 0, err
	}
	specs := iter.Seq[thumbnail.Spec](func(yield func(thumbnail.Spec) bool) {
		for i := range count {
			if !yield(thumbnail.Spec{Source: source(round, i), Size: size, Method: "crop", Ext: ".jpg"}) {
				return
			}
		}
	})
	start := time.Now()
	err = h.GenerateAll(context.Background(), specs, nil)
	return time.Since(start), err
}

func source(round, i int) string {
	return "photos/" + strconv.Itoa(round) + "/" + strconv.Itoa(i) + ".jpg"
}

// disturb writes and syncs until it is stopped.
func disturb(parent string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		data := make([]byte, 1<<20)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			name := filepath.Join(parent, "bench-store-other-"+strconv.Itoa(i%8))
			f, err := os.Create(name)
			if err != nil {
				log.Print(err)
				return
			}
			_, _ = f.Write(data)
			_ = f.Sync()
			_ = f.Close()
			_ = os.Remove(name)
		}
	}()
	return func() { close(done); <-ended }
}

// photo returns a JPEG of smooth noise.
func photo(width, height int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			n := uint8((x*7919 ^ y*104729) >> 3 & 31)
			img.SetRGBA(x, y, color.RGBA{uint8(200*x/width) + n, uint8(200*y/height) + n, 100 + n, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}
