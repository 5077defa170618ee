// Command peers compares the handler with other thumbnail servers that the caller runs:
//
//	IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES=true IMGPROXY_BIND=127.0.0.1:8081 imgproxy &
//	IMAGOR_UNSAFE=1 imagor -port 8082 &
//	imageproxy -addr 127.0.0.1:8083 -allowHosts 127.0.0.1 &
//	make bench-peers IMGPROXY=http://127.0.0.1:8081 IMAGOR=http://127.0.0.1:8082 IMAGEPROXY=http://127.0.0.1:8083
//
// All servers fetch the same originals of 12 megapixels over HTTP from this program, and make the same
// sizes at the same quality, in alternation. The program finds the process of a server by its port, and
// measures its CPU time and memory. So the servers have to run on this machine, without containers. The
// report goes to bench/PEERS.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
)

func main() {
	log.SetFlags(0)
	var o options
	peers := map[string]*string{}
	for _, k := range kinds {
		if k.flag != "" {
			peers[k.flag] = flag.String(k.flag, "", "URL of a running "+k.flag)
		}
	}
	flag.IntVar(&o.requests, "requests", 48, "requests of a round")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each server is measured")
	flag.IntVar(&o.clients, "clients", 8, "requests at a time")
	flag.StringVar(&o.photos, "photos", "", "directory of originals, JPEGs; by default they are made of Debian's mate-backgrounds and lomiri-wallpapers by vips")
	out := flag.String("o", "bench/PEERS.md", "the report")
	child := flag.String("serve", "", "serve thumbnails of this origin, and nothing else (what the program starts itself for)")
	dir := flag.String("dir", "", "with -serve: where thumbnails are stored")
	flag.Parse()
	if *child != "" {
		log.Fatal(serve(*child, *dir))
	}
	for name, url := range peers {
		if *url != "" {
			o.peers = append(o.peers, peer{name, *url})
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := compare(ctx, o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report)
	if err := os.WriteFile(*out, []byte(report), 0o644); err != nil { //nolint:gosec // the report is public
		log.Fatal(err)
	}
}
