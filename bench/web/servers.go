package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// server is one that is measured.
type server struct {
	name string
	cmd  *exec.Cmd
	url  string          // without a slash at its end
	rate []float64       // requests per second, of each round
	cost []time.Duration // processor time of one request, of each round
	rss  int             // kB, before anything was measured
}

const module = "github.com/rest-thumbnails/thumbnail"

// startAll starts what there is: all serve one directory of thumbnails, with one key.
func startAll(ctx context.Context, dir, thumbs string) (all []*server, err error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		return nil, fmt.Errorf("%w; on Debian: apt install wrk", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name, pkg string
		args      []string
	}{
		{"http.FileServer", "", []string{"-fileserver", thumbs}},
		{"response.Stream", "cmd/thumbnail", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"nginx", "examples/nginx", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"Apache", "examples/apache", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"Caddy", "examples/caddy", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
	} {
		binary := self
		if s.pkg != "" {
			binary = filepath.Join(dir, filepath.Base(s.pkg))
			if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, module+"/"+s.pkg).CombinedOutput(); err != nil {
				return all, fmt.Errorf("build %s: %w\n%s", s.pkg, err, out)
			}
		}
		started, err := start(s.name, binary, s.args)
		if err != nil {
			log.Printf("%s is left out: %v", s.name, err)
			continue
		}
		all = append(all, started)
	}
	return all, nil
}

var address = regexp.MustCompile(`http://[^/\s]+`)

// start starts a program, which tells its address.
func start(name, binary string, args []string) (*server, error) {
	s := &server{name: name, cmd: exec.Command(binary, args...)}
	s.cmd.Env = append(os.Environ(), "THUMBNAIL_KEY=a key of the measurement, long enough")
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if s.url = address.FindString(lines.Text()); s.url != "" {
			go func() {
				for lines.Scan() { // so that the program can go on writing
				}
			}()
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("it told no address"), s.cmd.Wait())
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// listen serves on a free port, and tells its address.
func listen(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", l.Addr())
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(l)
}

var img = regexp.MustCompile(`<img src="(/?thumbs/[^"]+)"`)

// warm requests every thumbnail of the gallery from every server, so that all are stored, and
// returns their paths and the sum of their sizes.
func warm(servers []*server) (links []string, bytes int, err error) {
	var gallery *server
	for _, s := range servers {
		if s.name == "response.Stream" {
			gallery = s
		}
	}
	if gallery == nil {
		return nil, 0, errors.New("there is no gallery")
	}
	_, page, err := get(gallery.url + "/")
	if err != nil {
		return nil, 0, err
	}
	for _, m := range img.FindAllStringSubmatch(page, -1) {
		links = append(links, m[1])
	}
	if len(links) == 0 {
		return nil, 0, errors.New("the gallery shows nothing")
	}
	// The gallery's own server first: it makes them.
	for i, s := range append([]*server{gallery}, servers...) {
		for _, link := range links {
			status, body, err := get(s.url + link)
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("status %d", status)
			}
			if err != nil {
				return nil, 0, fmt.Errorf("%s: %s: %w", s.name, link, err)
			}
			if i == 0 {
				bytes += len(body)
			}
		}
		s.rss = s.memory()
	}
	for _, link := range links {
		if strings.ContainsAny(link, "\"\\\n") {
			return nil, 0, fmt.Errorf("the path %q can't be written into wrk's script", link)
		}
	}
	return links, bytes, nil
}
