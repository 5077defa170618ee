//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// overhead is the memory that, according to the documentation, a process needs in addition to
// Config.MaxMemory.
const overhead = 160 << 20

// A bound is the run of one process that may use no more than MaxMemory plus overhead.
type bound struct {
	what      string
	maxMemory int64
	atOnce    int
	requests  []string // paths
}

// boundMemory runs one worker in its own control group, in which the kernel kills a process that exceeds
// the limit. Without a control group, it checks the peak memory of the process.
func boundMemory(ctx context.Context, corpora []string, made string) (section string, err error) {
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	originals := filepath.Join(dir, "originals")
	corpus, err := copyCorpora(originals, corpora)
	if err != nil {
		return "", err
	}
	large, err := makeLarge(originals)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## Within a memory limit\n\nMade by `%s`, %s.\n\nOne process may use MaxMemory plus 160 MiB. This is the limit of its control group, and its GOMEMLIMIT.\n", made, machine())
	b.WriteString("\n| what | MaxMemory, MiB | limit, MiB | enforced by | peak of the group, MiB | VmHWM, MiB | answers |\n|---|--:|--:|---|--:|--:|---|\n")
	var findings []string
	for _, o := range []bound{
		{fmt.Sprintf("%d files of the corpus × 4 looks, 8 at a time", len(corpus)), 128 << 20, 8, looks(corpus)},
		{"50 × 24 megapixels at once", 768<<20 - overhead, 50, fifty(large)},
	} {
		peak, found, err := o.run(ctx, dir)
		if err != nil {
			return "", err
		}
		findings = append(findings, found...)
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s | %s | %s |\n", o.what, o.maxMemory>>20, (o.maxMemory+overhead)>>20, peak.by, peak.group, peak.process, peak.answers)
	}
	return b.String() + listFindings(findings), nil
}

// peaks has the results of a run, formatted for the table.
type peaks struct{ by, group, process, answers string }

func (o bound) run(ctx context.Context, dir string) (p peaks, findings []string, err error) {
	limit := o.maxMemory + overhead
	g, err := newGroup(limit)
	if err != nil {
		log.Printf("no control group: %v", err)
	}
	defer g.remove()
	f := &fleet{dir: dir, kind: "dir", setup: setup{
		Originals: filepath.Join(dir, "originals"), Dir: filepath.Join(dir, "thumbs"), Locks: filepath.Join(dir, "locks"),
		MemoryLimit: limit, MaxMemory: o.maxMemory, QueueTimeout: 10 * time.Minute, Group: g.procs(),
	}}
	for _, d := range []string{f.setup.Dir, f.setup.Locks} {
		if err := os.RemoveAll(d); err != nil {
			return p, nil, err
		}
		if err := os.Mkdir(d, 0o755); err != nil {
			return p, nil, err
		}
	}
	w, err := f.startWorker()
	if err != nil {
		return p, nil, err
	}
	f.workers = []*process{w}
	defer f.stop()
	status := o.ask(ctx, w.address)
	var answers []string
	for _, code := range []int{200, 404, 415, 422, 503} {
		if n := status[code]; n > 0 {
			answers = append(answers, fmt.Sprintf("%d %d", code, n))
		}
		delete(status, code)
	}
	for code, n := range status {
		findings = append(findings, fmt.Sprintf("%s: %d answers of status %d", o.what, n, code)) // 0: the process ended
	}
	if !strings.Contains(o.what, "corpus") && len(answers) != 1 {
		findings = append(findings, fmt.Sprintf("%s: %v", o.what, answers))
	}
	high, err := highWater(w.Process.Pid)
	if err != nil {
		findings = append(findings, fmt.Sprintf("%s: the process was ended: %v", o.what, err))
	}
	p = peaks{by: g.name(), group: mebi(g.peak()), process: mebi(high), answers: strings.Join(answers, ", ")}
	if high > limit {
		findings = append(findings, fmt.Sprintf("%s: VmHWM is %s MiB", o.what, p.process))
	}
	return p, findings, nil
}

func mebi(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n >> 20)
}

// ask sends the requests, several at a time, and counts the responses by status.
func (o bound) ask(ctx context.Context, address string) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	status := map[int]int{}
	queue := make(chan string)
	client := &http.Client{Timeout: 20 * time.Minute}
	for range o.atOnce {
		wg.Go(func() {
			for path := range queue {
				code := 0
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
				if err == nil {
					var resp *http.Response
					if resp, err = client.Do(r); err == nil {
						_, _ = io.Copy(io.Discard, resp.Body)
						_ = resp.Body.Close()
						code = resp.StatusCode
					}
				}
				mu.Lock()
				status[code]++
				mu.Unlock()
			}
		})
	}
	for _, path := range o.requests {
		queue <- path
	}
	close(queue)
	wg.Wait()
	return status
}

// looks returns the paths of four thumbnails of each original.
func looks(sources []string) (all []string) {
	for _, source := range sources {
		for _, s := range []thumbnail.Spec{
			{Size: thumbnail.Size{Width: 200, Height: 200}, Method: "smart", Ext: ".jpg"},
			{Size: thumbnail.Size{Width: 1200, Height: 900}, Method: "fit", Ext: ".webp"},
			{Size: thumbnail.Size{Width: 400}, Method: "scale", Ext: ".gif"},
			{Size: thumbnail.Size{Width: 800, Height: 800}, Method: "pad_ffffff", Ext: ".png"},
		} {
			s.Source = source
			if link, err := thumbnail.URL("/", signer, s); err == nil {
				all = append(all, link)
			}
		}
	}
	return all
}

// fifty returns the paths of 50 thumbnails that differ in size.
func fifty(sources []string) (all []string) {
	for i := range 50 {
		if link, err := thumbnail.URL("/", signer, thumbnail.Spec{
			Source: sources[i%len(sources)], Size: thumbnail.Size{Width: 300 + 20*i, Height: 200 + 15*i}, Method: []string{"crop", "fit", "smart"}[i%3], Ext: []string{".jpg", ".webp", ".png"}[i/3%3],
		}); err == nil {
			all = append(all, link)
		}
	}
	return all
}
