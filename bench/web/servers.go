package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// server is one of the measured servers.
type server struct {
	name string
	cmd  *exec.Cmd
	url  string          // without a slash at its end
	rate []float64       // requests per second, of each round
	cost []time.Duration // processor time of one request, of each round
	rss  int             // kB, before anything was measured
}

const (
	module = "github.com/rest-thumbnails/thumbnail"
	key    = "a key of the measurement, long enough"

	fileServer = "http.FileServer"
	stream     = "response.Stream"
	gallery    = "cmd/thumbnail with its gallery"
)

// startAll starts the available servers. All of them serve the same directory of thumbnails, with the same
// key.
func startAll(ctx context.Context, dir, thumbs string, only []string) (all []*server, err error) {
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
		{fileServer, "", []string{"-files", thumbs}},
		{stream, "", []string{"-thumbs", thumbs}},
		{gallery, "cmd/thumbnail", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"nginx", "examples/nginx", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"Apache", "examples/apache", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
		{"Caddy", "examples/caddy", []string{"-addr", "127.0.0.1:0", "-thumbs", thumbs}},
	} {
		if s.name != fileServer && s.name != gallery && !wanted(s.name, only) {
			continue
		}
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

func wanted(name string, only []string) bool {
	return slices.ContainsFunc(only, func(part string) bool { return strings.Contains(name, part) })
}

var address = regexp.MustCompile(`http://[^/\s]+`)

// start starts a program, which prints its address.
func start(name, binary string, args []string) (*server, error) {
	s := &server{name: name, cmd: exec.Command(binary, args...)}
	s.cmd.Env = append(os.Environ(), "THUMBNAIL_KEY="+key)
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
				for lines.Scan() { // otherwise the program would block when it writes
				}
			}()
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("it printed no address"), s.cmd.Wait())
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

var img = regexp.MustCompile(`<img src="(/?thumbs/[^"]+)"`)

// warm requests every thumbnail of the gallery from every server, so that all are stored, and
// returns their paths and the sum of their sizes.
func warm(servers []*server) (links []string, bytes int, err error) {
	maker := slices.IndexFunc(servers, func(s *server) bool { return s.name == gallery })
	if maker < 0 {
		return nil, 0, errors.New("there is no gallery")
	}
	_, page, err := get(servers[maker].url + "/")
	if err != nil {
		return nil, 0, err
	}
	for _, m := range img.FindAllStringSubmatch(page, -1) {
		links = append(links, m[1])
	}
	if len(links) == 0 {
		return nil, 0, errors.New("the gallery shows nothing")
	}
	// The gallery's own server comes first, because it makes the thumbnails.
	for i, s := range append([]*server{servers[maker]}, servers...) {
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
