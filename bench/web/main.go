// Command web measures how fast stored thumbnails are served, over HTTP on loopback: by the handler
// itself (response.Stream) and by http.FileServer, each in a process of this program with the same
// http.Server and the same http.ServeMux; by cmd/thumbnail with its gallery; and through nginx,
// Apache and Caddy as the examples configure them:
//
//	go run ./bench/web
//
// It needs wrk and the web servers (a missing one is skipped; -only selects some), and prints tables in
// Markdown. The servers are measured one after the other, in rounds, and each ratio to http.FileServer is
// that of one round. So the ratios are valid even on a machine with other load, but the absolute figures
// are not.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 5, "how often each server is measured")
	duration := flag.Duration("duration", 3*time.Second, "how long each time, in whole seconds")
	connections := flag.Int("connections", 64, "connections that wrk keeps open")
	only := flag.String("only", "", "leave out the servers whose names do not contain one of these, separated by commas")
	files := flag.String("files", "", "serve this directory with http.FileServer, and nothing else (what the program starts itself for)")
	thumbs := flag.String("thumbs", "", "serve this directory with a Handler, and nothing else (what the program starts itself for)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch {
	case *files != "":
		log.Fatal(listen(http.FileServer(http.Dir(*files))))
	case *thumbs != "":
		log.Fatal(serveThumbnails(*thumbs))
	}
	dir, err := os.MkdirTemp("", "bench-web-")
	if err != nil {
		log.Fatal(err)
	}
	err = measure(ctx, dir, strings.Split(*only, ","), *rounds, *duration, *connections)
	if e := os.RemoveAll(dir); err == nil {
		err = e
	}
	if err != nil {
		log.Fatal(err)
	}
}

// measure starts everything, measures, and ends everything.
func measure(ctx context.Context, dir string, only []string, rounds int, duration time.Duration, connections int) error {
	if err := os.Chmod(dir, 0o755); err != nil { // the workers of web servers run as other users
		return err
	}
	thumbs := filepath.Join(dir, "thumbs")
	if err := os.Mkdir(thumbs, 0o755); err != nil {
		return err
	}
	servers, err := startAll(ctx, dir, thumbs, only)
	defer func() {
		for _, s := range servers {
			s.stop()
		}
	}()
	if err != nil {
		return err
	}
	links, bytes, err := warm(servers)
	if err != nil {
		return err
	}
	script, err := writeScript(dir, links)
	if err != nil {
		return err
	}
	for range rounds {
		for _, s := range servers {
			if err := s.load(ctx, script, duration, connections); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%s/%s, %d CPUs, %s. %d thumbnails of %d bytes on average, wrk with %d connections, %d rounds of %v in turn.\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), len(links), bytes/len(links), connections, rounds, duration)
	report(servers)
	if err := countCalls(ctx, dir, servers, links); err != nil {
		return err
	}
	return memory(servers, links, 1000)
}
