package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	peers                     []peer
	photos                    string
	requests, rounds, clients int
}

type peer struct{ name, url string }

// A server is one of the compared servers.
type server struct {
	kind kind
	url  string
	pid  int
	cold map[job][]sample
	warm map[job][]sample
}

// A sample is a round.
type sample struct {
	took, cpu time.Duration // the time of a round with all clients, divided by its requests
	bytes     int           // of one response
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: 2 * time.Minute}

func compare(ctx context.Context, o options) (string, error) {
	dir, err := os.MkdirTemp("", "bench-peers-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if o.photos == "" {
		if o.photos, err = makePhotos(dir); err != nil {
			return "", err
		}
	}
	originals, stop, err := serveOriginals(o.photos)
	if err != nil {
		return "", err
	}
	defer stop()
	servers, end, err := findServers(o.peers, originals[0], dir)
	defer end()
	if err != nil {
		return "", err
	}
	number := atomic.Int64{}
	for _, j := range jobs {
		for range o.rounds {
			for _, s := range servers {
				if j.ext == ".webp" && !s.kind.webp {
					continue
				}
				if ctx.Err() != nil {
					return "", ctx.Err()
				}
				cold, err := s.load(o, j, originals, 0, func(int) int { return int(number.Add(1)) })
				if err != nil {
					return "", err
				}
				first := int(number.Load()) - len(originals) + 1
				warm, err := s.load(o, j, originals, time.Second, func(i int) int { return first + i%len(originals) })
				if err != nil {
					return "", err
				}
				s.cold[j], s.warm[j] = append(s.cold[j], cold), append(s.warm[j], warm)
			}
		}
	}
	return report(o, servers), nil
}

// makePhotos makes originals of 12 megapixels from desktop backgrounds in Debian.
func makePhotos(dir string) (string, error) {
	dir = filepath.Join(dir, "originals")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	for name, in := range map[string]string{
		"elephants": "mate/abstract/Elephants_5640x3172.jpg 820 86", "kleiber": "Kleiber_by_Lukas_Baubkus.jpg 1014 195", "dragonfly": "Dragonfly_by_Bolly.jpg 112 84",
	} {
		f := strings.Fields(in)
		cmd := exec.Command("vips", "crop", "/usr/share/backgrounds/"+f[0], filepath.Join(dir, name+".jpg")+"[Q=90,strip,subsample_mode=on]", f[1], f[2], "4000", "3000")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
	}
	return dir, nil
}

// serveOriginals serves a directory, and returns the URLs of its JPEGs.
func serveOriginals(dir string) (urls []string, stop func(), err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no .jpg in %s", dir)
	}
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	go func() { _ = http.Serve(l, http.FileServer(http.Dir(dir))) }() //nolint:gosec // without timeouts: all clients are on this machine
	for _, file := range files {
		urls = append(urls, "http://"+l.Addr().String()+"/"+filepath.Base(file))
	}
	return urls, func() { _ = l.Close() }, nil
}

// findServers starts this library's server, and finds the others. end stops the started server.
func findServers(peers []peer, original, dir string) (servers []*server, end func(), err error) {
	end = func() {}
	self, err := os.Executable()
	if err != nil {
		return nil, end, err
	}
	own := exec.Command(self, "-serve", strings.TrimSuffix(original, filepath.Base(original)), "-dir", dir)
	own.Stderr = os.Stderr
	out, err := own.StdoutPipe()
	if err != nil {
		return nil, end, err
	}
	if err := own.Start(); err != nil {
		return nil, end, err
	}
	end = func() { _ = own.Process.Kill(); _ = own.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, end, errors.Join(err, errors.New("the own server did not start"))
	}
	for _, p := range append(peers, peer{"", strings.TrimSpace(line)}) {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.flag == p.name })
		s := &server{kind: kinds[i], url: strings.TrimSuffix(p.url, "/"), cold: map[job][]sample{}, warm: map[job][]sample{}}
		if s.pid, err = findProcess(s.url); err != nil {
			return nil, end, err
		}
		servers = append(servers, s)
	}
	slices.SortFunc(servers, func(a, b *server) int { return strings.Compare(a.kind.flag, b.kind.flag) })
	return servers, end, nil
}

// load requests thumbnails for at least the given duration, and returns the cost of one request. The function number
// returns the number of the thumbnail for each request.
func (s *server) load(o options, j job, originals []string, least time.Duration, number func(i int) int) (sample, error) {
	var next, done, bytes atomic.Int64
	var wg sync.WaitGroup
	failures := make(chan error, o.clients)
	before, start := cpuTime(s.pid), time.Now()
	for range o.clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= o.requests && time.Since(start) >= least {
					return
				}
				n := number(i)
				at := s.url + s.kind.path(j, originals[n%len(originals)], n)
				contentType, body, err := get(at)
				if err == nil && contentType != j.contentType() {
					err = fmt.Errorf("%s: Content-Type %s", at, contentType)
				}
				if err != nil {
					failures <- err
					return
				}
				bytes.Add(int64(len(body)))
				done.Add(1)
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failures:
		return sample{}, fmt.Errorf("%s: %w", s.kind.name, err)
	default:
	}
	n := done.Load()
	return sample{time.Since(start) / time.Duration(n), (cpuTime(s.pid) - before) / time.Duration(n), int(bytes.Load() / n)}, nil
}

func get(at string) (contentType string, body []byte, err error) {
	resp, err := client.Get(at)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %.200s", at, resp.StatusCode, body)
	}
	return resp.Header.Get("Content-Type"), body, err
}

// report writes the tables. A ratio is the median of the ratios of the rounds.
func report(o options, servers []*server) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Compared with other servers\n\nMade by `make bench-peers` on %s/%s, %d processors, %s. Originals of 12 megapixels are fetched by HTTP from the same machine. "+
		"The servers take turns, with %d requests at a time, in %d rounds of %d requests; the quality is 85 for JPEG and 80 for WebP. Cold: every request is for a new thumbnail, and only this library stores it. "+
		"Warm: the same few thumbnails are requested repeatedly; a server without a storage makes them again. Rates and CPU times are medians; `×` is the median of the ratios of the rounds: "+
		"this library's rate divided by the other's, and the other's CPU time divided by this library's. On a machine with other load, only the CPU times are meaningful.\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), o.clients, o.rounds, o.requests)
	for _, s := range servers {
		fmt.Fprintf(&b, "- %s %s, up to %d MB of memory\n", s.kind.name, s.version(), peakMemory(s.pid))
	}
	fmt.Fprintf(&b, "\n| | server | cold, per second | × | CPU, ms | × | bytes | warm, per second | CPU, ms |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, j := range jobs {
		for _, s := range servers {
			cold, warm := s.cold[j], s.warm[j]
			if len(cold) == 0 {
				continue
			}
			rates, costs := make([]float64, len(cold)), make([]float64, len(cold))
			for i, own := range servers[0].cold[j] {
				rates[i], costs[i] = float64(cold[i].took)/float64(own.took), float64(cold[i].cpu)/float64(own.cpu)
			}
			fmt.Fprintf(&b, "| %v | %s | %.1f | %.2f | %.1f | %.2f | %d | %.0f | %.2f |\n", j, s.kind.name, perSecond(cold), median(rates), cpu(cold), median(costs), cold[0].bytes, perSecond(warm), cpu(warm))
		}
	}
	return b.String()
}

func perSecond(samples []sample) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, float64(time.Second)/float64(s.took))
	}
	return median(all)
}

func cpu(samples []sample) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, float64(s.cpu)/float64(time.Millisecond))
	}
	return median(all)
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
