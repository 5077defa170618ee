// Command crowd measures the latency of stored thumbnails while others are being made. It requests stored
// thumbnails at a constant rate, alternately from an idle server and from one that other clients
// continuously ask for new thumbnails of 12 megapixels:
//
//	go run ./bench/crowd
//
// The server is a separate process with as many workers as CPUs. It runs once with the default GOMAXPROCS,
// and once with one more, as cmd/thumbnail does. Quiet and crowded seconds alternate, so the ratio is valid
// even on a machine with other load.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"time"
)

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 10, "how often quiet and crowded are measured")
	period := flag.Duration("period", 2*time.Second, "how long each time")
	warm := flag.Int("warm", 200, "requests for stored thumbnails, per second")
	cold := flag.Int("cold", 8, "clients that ask for new thumbnails, one after the other")
	child := flag.String("serve", "", "serve from this directory, and nothing else (what the program starts itself for)")
	flag.Parse()
	if *child != "" {
		log.Fatal(serve(*child))
	}
	fmt.Printf("%d processors, %s, %d requests per second for stored thumbnails, %d clients for new ones, alternately quiet and crowded, %d × %v each.\n\n",
		runtime.NumCPU(), runtime.Version(), *warm, *cold, *rounds, *period)
	fmt.Println("| GOMAXPROCS | new thumbnails per second | | median | 90 % | 99 % | longest |\n|--:|--:|---|--:|--:|--:|--:|")
	for _, more := range []int{0, 1} {
		if err := measure(runtime.NumCPU()+more, *rounds, *period, *warm, *cold); err != nil {
			log.Fatal(err)
		}
	}
}

func measure(procs, rounds int, period time.Duration, warm, cold int) error {
	dir, err := os.MkdirTemp("", "bench-crowd-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.Command(self, "-serve", dir)
	server.Stderr = os.Stderr
	server.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(procs))
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	var base string
	if _, err := fmt.Fscanln(out, &base); err != nil {
		return err
	}
	l, err := newLoad(base, cold)
	if err != nil {
		return err
	}
	var quiet, crowded []time.Duration
	var made int
	for range rounds {
		quiet = append(quiet, l.warm(period, warm)...)
		ctx, stop := context.WithCancel(context.Background())
		done := l.cold(ctx)
		time.Sleep(period / 4) // until the workers are busy
		before := l.made.Load()
		crowded = append(crowded, l.warm(period, warm)...)
		made += int(l.made.Load() - before)
		stop()
		<-done
	}
	if err := l.failure(); err != nil {
		return err
	}
	row(procs, "", "quiet", quiet)
	row(procs, fmt.Sprintf("%.1f", float64(made)/(time.Duration(rounds)*period).Seconds()), "crowded", crowded)
	return nil
}

func row(procs int, made, name string, times []time.Duration) {
	at := func(p float64) string { return percentile(times, p).Round(10 * time.Microsecond).String() }
	fmt.Printf("| %d | %s | %s | %s | %s | %s | %s |\n", procs, made, name, at(50), at(90), at(99), at(100))
}

func percentile(times []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}

// client keeps as many connections open as it needs.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}
