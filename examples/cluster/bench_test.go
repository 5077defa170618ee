//go:build unix

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// These benchmarks measure the figures of docs/production.md:
//
//	go test -run - -bench . -benchtime 2000x -count 3 ./examples/cluster
//
// A worker that may use one CPU answers eight clients. CPU-µs/req is the CPU time of the worker for
// one request, which other load on the machine hardly changes. A million divided by it is the number
// of requests that one core can answer in a second. The CPU time of nginx, Redis, the S3 server and
// the clients is not included.

func BenchmarkWarm(b *testing.B) {
	bothTiers(b, func(b *testing.B, f *fleet) {
		for i := range 100 {
			f.requirePicture(f.get(f.workers[0].address, fmt.Sprintf("%d.jpg", i)))
		}
		measure(b, f, func(i int) string { return fmt.Sprintf("%d.jpg", i%100) })
	})
}

func BenchmarkCold(b *testing.B) {
	for _, size := range [][2]int{{1600, 1200}, {4000, 3000}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			picture := photo(b, size[0], size[1])
			bothTiers(b, func(b *testing.B, f *fleet) {
				f.originals = newOriginals(b, picture)
				f.setup.Source = f.originals.URL
				f.workers = []*worker{f.startWorker("GOMAXPROCS=1")}
				measure(b, f, func(i int) string { return fmt.Sprintf("%d-%d.jpg", b.N, i) })
			})
		})
	}
}

// BenchmarkHandOver measures the time from the moment when one worker gets its original until the
// requests that wait in three other workers have the picture.
func BenchmarkHandOver(b *testing.B) {
	bothTiers(b, func(b *testing.B, f *fleet) {
		for range 3 {
			f.workers = append(f.workers, f.startWorker())
		}
		var holder, waiters time.Duration
		for i := range b.N {
			name := fmt.Sprintf("%d-%d.jpg", b.N, i)
			release := f.originals.hold()
			first := f.ask(f.addresses()[:1], repeat(name, 1))
			<-f.originals.asked
			others := f.ask(f.addresses()[1:], repeat(name, 3))
			f.awaitInFlight(4)
			time.Sleep(20 * time.Millisecond) // for the others to wait
			start := time.Now()
			release()
			f.requirePicture(first()[0])
			done := time.Now()
			for _, a := range others() {
				f.requirePicture(a)
			}
			holder += done.Sub(start)
			waiters += time.Since(done)
		}
		b.ReportMetric(holder.Seconds()*1e3/float64(b.N), "ms-holder")
		b.ReportMetric(waiters.Seconds()*1e3/float64(b.N), "ms-after-holder")
	})
}

func bothTiers(b *testing.B, bench func(b *testing.B, f *fleet)) {
	for _, tier := range []string{"Dir", "S3"} {
		b.Run(tier, func(b *testing.B) {
			s := onOneHost(b)
			if tier == "S3" {
				s = newTestCluster(b, needReal(b)).onServers(b)
			}
			s.Wait = time.Minute
			f := startFleet(b, 0, s)
			f.size = thumbnail.Size{Width: 200, Height: 150}
			f.workers = append(f.workers, f.startWorker("GOMAXPROCS=1"))
			bench(b, f)
		})
	}
}

// measure has eight clients ask one worker for names.
func measure(b *testing.B, f *fleet, name func(i int) string) {
	before, err := f.state(f.workers[0])
	require.NoError(b, err)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 8 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if a := f.get(f.workers[0].address, name(int(i))); a.status != 200 {
					b.Errorf("%d %s %v", a.status, a.body, a.err)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	after, err := f.state(f.workers[0])
	require.NoError(b, err)
	b.ReportMetric(float64((after.CPU-before.CPU).Microseconds())/float64(b.N), "CPU-µs/req")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}
