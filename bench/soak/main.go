//go:build unix

// Command soak runs handlers in several processes under a mixed load, kills and stops them and their
// servers, and looks for leaks and wrong results:
//
//	go run ./bench/soak -for 30m
//
// Half of the time three processes share a directory and lock.File, the other half an S3 server and
// Redis, which need redis-server and versitygw on the PATH. With -kills it only kills workers, as many
// times as the flag says, while half of the requests are for new thumbnails:
//
//	go run ./bench/soak -store dir -kills 500
//
// With -memory, one process makes thumbnails of all test files within a memory limit that the kernel
// enforces. The figures go to sections of bench/SOAK.md. If it finds a problem, the exit status is 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	log.SetFlags(log.Ltime)
	if config := os.Getenv(workerEnv); config != "" {
		log.Fatal(work(config))
	}
	duration := flag.Duration("for", 30*time.Minute, "how long, both halves together")
	stores := flag.String("store", "dir,s3", "dir, s3, or both with a comma")
	corpus := flag.String("corpus", "../shared/corpus", "directory of odd files that are asked for as well, if it exists")
	out := flag.String("out", "bench/SOAK.md", "where the figures go; empty: the standard output alone")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random choices")
	clients := flag.Int("clients", 24, "how many requests at a time")
	kills := flag.Int("kills", 0, "kill workers so many times in quick succession, and end then, or after the time")
	memory := flag.Bool("memory", false, "make thumbnails of everything in a process with a limit of memory, and nothing else")
	cases := flag.String("cases", "../shared/cases", "a second directory of odd files, for -memory")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	log.Printf("seed %d", *seed)
	kinds := strings.Split(*stores, ",")
	if *memory {
		section, err := boundMemory(ctx, []string{*corpus, *cases}, "go run ./bench/soak -memory")
		fmt.Print(section)
		if err == nil && *out != "" {
			err = writeSection(*out, section)
		}
		if err != nil || !strings.Contains(section, "Nothing was found.") {
			log.Fatal("the memory soak failed: ", err)
		}
		return
	}
	made := fmt.Sprintf("go run ./bench/soak -for %v -seed %d", *duration, *seed)
	if *kills > 0 {
		made += fmt.Sprintf(" -store %s -kills %d", *stores, *kills)
	}
	var reports []*report
	var errs []error
	for _, kind := range kinds {
		r, err := soak(ctx, options{
			kind: kind, duration: *duration / time.Duration(len(kinds)), corpus: *corpus, clients: *clients, kills: *kills, made: made, random: rand.New(rand.NewPCG(*seed, 1)),
		})
		if r != nil {
			reports = append(reports, r)
		}
		errs = append(errs, err)
	}
	for _, r := range reports {
		fmt.Print(r.markdown())
		if *out != "" {
			errs = append(errs, writeSection(*out, r.markdown()))
		}
		if len(r.findings) > 0 {
			errs = append(errs, fmt.Errorf("%s: %d findings", r.kind, len(r.findings)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		log.Fatal(err)
	}
}

// options are the options of one half of the run.
type options struct {
	kind     string
	duration time.Duration
	corpus   string
	clients  int
	kills    int
	made     string // the command
	random   *rand.Rand
}

// soak runs one half of the test: see options.
func soak(ctx context.Context, o options) (*report, error) {
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f := &fleet{dir: dir, kind: o.kind}
	defer f.stop()
	photos, odd, err := makeOriginals(filepath.Join(dir, "originals"), o.corpus)
	if err != nil {
		return nil, err
	}
	if err := f.start(3); err != nil {
		return nil, err
	}
	r := newReport(o.kind, o.made)
	r.kills = o.kills
	l := &load{fleet: f, report: r, photos: photos, odd: odd, warmShare: 900}
	if o.kills > 0 {
		l.warmShare = 400
	}
	ctx, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.watch(ctx, r)
	}()
	finished := l.start(ctx, o.clients, o.random.Uint64())
	random := rand.New(rand.NewPCG(o.random.Uint64(), 2))
	if o.kills > 0 {
		f.killOften(ctx, r, random)
		cancel()
	} else {
		f.disturb(ctx, r, random)
	}
	finished()
	<-done
	if err := f.settle(r); err != nil {
		return r, err
	}
	return r, f.judge(r, photos, odd)
}
