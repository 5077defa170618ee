//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// A load sends the requests of visitors.
type load struct {
	fleet       *fleet
	report      *report
	photos, odd []string
	warmShare   int // number of requests for stored thumbnails, of 1000 requests

	mu   sync.Mutex
	warm []string // paths that were answered
}

// start starts clients that send requests until ctx ends; finished waits for them.
func (l *load) start(ctx context.Context, clients int, seed uint64) (finished func()) {
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 2 * time.Second}}
			for ctx.Err() == nil {
				l.visit(random, client)
			}
		})
	}
	return wg.Wait
}

// visit sends one request: for a stored thumbnail, for an unusual original, or for a new thumbnail.
func (l *load) visit(random *rand.Rand, client *http.Client) {
	photo := l.photos[random.IntN(len(l.photos))]
	switch n := random.IntN(1000); {
	case n < l.warmShare && l.someWarm(random) != "":
		l.ask(random, client, "warm", l.someWarm(random))
	case n < 950:
		l.ask(random, client, "cold", l.path(random, photo))
	case n < 965:
		path := l.path(random, photo)
		at := strings.LastIndexByte(path, '.') - 1 - random.IntN(40)
		digit := "0123456789abcdef"[(strings.IndexByte("0123456789abcdef", path[at])+1+random.IntN(15))%16]
		l.ask(random, client, "forged", path[:at]+string(digit)+path[at+1:])
	case n < 975:
		l.ask(random, client, "missing", l.path(random, fmt.Sprintf("none-%d.jpg", random.IntN(100))))
	case n < 985:
		l.ask(random, client, "odd", l.path(random, l.odd[random.IntN(len(l.odd))]))
	case n < 992:
		l.hangUp(random, client, l.path(random, photo))
	case n < 997:
		l.ask(random, client, "slow", l.path(random, photo))
	default:
		l.remove(random, client, photo)
	}
}

func (l *load) someWarm(random *rand.Rand) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.warm) < 20 {
		return ""
	}
	return l.warm[random.IntN(len(l.warm))]
}

// path returns the path of one of some thousand thumbnails.
func (l *load) path(random *rand.Rand, source string) string {
	methods := []string{"crop", "smart", "fit", "pad_f5f5f5", "focus_30_70", "entropy"}
	ext := []string{".jpg", ".jpg", ".png", ".gif"}[random.IntN(4)]
	link, err := thumbnail.URL("/", signer, thumbnail.Spec{
		Source: source, Size: thumbnail.Size{Width: 16 + 8*random.IntN(50), Height: 120}, Method: methods[random.IntN(len(methods))], Ext: ext,
	})
	if err != nil {
		l.report.find("%v", err)
	}
	return link
}

// expected are the statuses that a kind of request may get.
var expected = map[string]string{
	"warm": "200 404+ 503", "cold": "200 404+ 503", "slow": "200 404+ 503", "forged": "401", "missing": "404 404+ 503", "odd": "200 404+ 415 422 503",
}

// ask sends a request, and checks that the response is complete and has a documented status.
func (l *load) ask(random *rand.Rand, client *http.Client, kind, path string) {
	addresses := l.fleet.addresses()
	start := time.Now()
	resp, err := client.Get("http://" + addresses[random.IntN(len(addresses))] + path)
	if err != nil {
		l.report.count(kind, "no connection") // the worker was killed
		return
	}
	defer resp.Body.Close()
	var body []byte
	if kind == "slow" {
		body, err = readSlowly(resp.Body)
	} else {
		body, err = io.ReadAll(resp.Body)
	}
	if err != nil {
		l.report.count(kind, "cut off") // likewise
		return
	}
	l.report.took(kind, time.Since(start))
	status := fmt.Sprint(resp.StatusCode)
	if resp.StatusCode == http.StatusNotFound && resp.Header.Get("Retry-After") != "" {
		status = "404+"
	}
	l.report.count(kind, status)
	if !strings.Contains(" "+expected[kind]+" ", " "+status+" ") && !(status == "500" && kind != "forged" && l.fleet.disturbed(start)) {
		l.report.find("%s: %s for %s", kind, status, path)
	}
	if status != "200" {
		return
	}
	if random.IntN(20) == 0 || kind != "warm" {
		if _, _, err := image.Decode(bytes.NewReader(body)); err != nil {
			l.report.find("%s: %s is no picture: %v", kind, path, err)
		}
	}
	if kind == "cold" {
		l.mu.Lock()
		l.warm = append(l.warm, path)
		if len(l.warm) > 3000 {
			l.warm = l.warm[1:]
		}
		l.mu.Unlock()
	}
}

// readSlowly reads with long pauses, like a phone on a poor connection.
func readSlowly(r io.Reader) (all []byte, err error) {
	buf := make([]byte, 256)
	for {
		n, err := r.Read(buf)
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// hangUp disconnects before the response arrives.
func (l *load) hangUp(random *rand.Rand, client *http.Client, path string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.IntN(50))*time.Millisecond)
	defer cancel()
	addresses := l.fleet.addresses()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addresses[random.IntN(len(addresses))]+path, nil)
	if err != nil {
		l.report.find("%v", err)
		return
	}
	l.report.count("hang up", "")
	if resp, err := client.Do(r); err == nil {
		_ = resp.Body.Close()
	}
}

// remove removes the thumbnails of an original.
func (l *load) remove(random *rand.Rand, client *http.Client, source string) {
	addresses := l.fleet.addresses()
	start := time.Now()
	resp, err := client.PostForm("http://"+addresses[random.IntN(len(addresses))]+"/-/remove", url.Values{"source": {source}})
	if err != nil {
		l.report.count("remove", "no connection")
		return
	}
	defer resp.Body.Close()
	l.report.count("remove", fmt.Sprint(resp.StatusCode))
	if resp.StatusCode != http.StatusOK && !l.fleet.disturbed(start) {
		text, _ := io.ReadAll(resp.Body)
		l.report.find("remove: %d %s", resp.StatusCode, text)
	}
}
