package front

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

// gallery is the package of the program behind the web server.
const gallery = "github.com/rest-thumbnails/thumbnail/cmd/thumbnail"

// run runs both programs until ctx ends. If one of them ends earlier, it returns an error.
func run(ctx context.Context, k Kind, args []string, stdout, stderr io.Writer) (err error) {
	opt, err := parse(k, args, stderr)
	if err != nil {
		return err
	}
	if _, err := k.Find(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "front-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	site, err := place(dir, opt)
	if err != nil {
		return err
	}
	app, err := startGallery(ctx, k, opt, &site, stderr)
	if err != nil && ctx.Err() != nil {
		return nil // Ctrl-C during the build
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Stop()) }()
	server, err := k.Start(site, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }() // stop the web server first, so that no request finds the handler gone

	fmt.Fprintf(stdout, "The gallery behind %s: http://%s/\n", k.Name, site.Address)
	fmt.Fprintf(stdout, "%s sends what is stored in %s; the rest goes to the handler at http://%s/.\n", k.Name, site.Thumbs, site.App)
	select {
	case <-ctx.Done():
		return nil
	case <-app.Ended():
		return fmt.Errorf("the gallery ended: %w", app.err)
	case <-server.Ended():
		return fmt.Errorf("it ended: %w", server.err)
	}
}

// place chooses the address and makes the directories, which the web server's user can read.
func place(dir string, opt options) (s Site, err error) {
	host, port, err := net.SplitHostPort(opt.addr)
	if err != nil {
		return s, fmt.Errorf("-addr: %w", err)
	}
	s = Site{Address: opt.addr, Thumbs: opt.thumbs, Dir: dir}
	if port == "0" {
		free, err := FreeAddress()
		if err != nil {
			return s, err
		}
		_, port, _ = net.SplitHostPort(free)
		s.Address = net.JoinHostPort(host, port)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return s, err
	}
	if s.Thumbs == "" {
		s.Thumbs = filepath.Join(dir, "thumbs")
	}
	if s.Thumbs, err = filepath.Abs(s.Thumbs); err != nil {
		return s, err
	}
	if err := os.MkdirAll(s.Thumbs, 0o755); err != nil {
		return s, err
	}
	return s, Reachable(s.Thumbs)
}

// startGallery builds and starts the gallery, and records its address.
func startGallery(ctx context.Context, k Kind, opt options, s *Site, stderr io.Writer) (*Process, error) {
	program := filepath.Join(s.Dir, "server")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, gallery)
	build.Env = append(os.Environ(), "GOTMPDIR="+s.Dir) // files of an interrupted build are removed with this directory
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s (run this inside of its module): %w\n%s", gallery, err, out)
	}
	args := []string{"-addr", "127.0.0.1:0", "-thumbs", s.Thumbs, "-response", k.Response}
	if opt.source != "" {
		args = append(args, "-source", opt.source)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = os.Environ()
	if opt.key != "" {
		cmd.Env = append(cmd.Env, "THUMBNAIL_KEY="+opt.key) // every user can read the arguments of a process
	}
	cmd.Stderr = stderr
	// Use a pipe of our own: Wait closes that of exec, possibly before all output is read.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = w
	p, err := start("the gallery", cmd)
	_ = w.Close()
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	addresses := make(chan string, 1)
	go func() {
		defer r.Close()
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if m := address.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case addresses <- m[1]:
				default:
				}
			}
		}
	}()
	select {
	case s.App = <-addresses:
		return p, nil
	case <-p.Ended():
		return nil, fmt.Errorf("the gallery ended at once: %w", p.err)
	case <-time.After(patience):
		return nil, errors.Join(errors.New("the gallery printed no address"), p.Stop())
	}
}

var address = regexp.MustCompile(`http://([^/]+)/`)
