//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/gallery"
)

// cluster is a number of processes, and the directory that they work in.
type cluster struct {
	programs
	dir string
	url string // of the gallery, when it is up

	processes []*process // in the order in which they were started
	front     *process   // nginx

	mu       sync.Mutex
	log      io.Writer
	early    []string // what was said before everything was up; nobody needs it if it comes up
	up, down bool     // everything is up; everything is to end
}

// newCluster makes a cluster of nothing yet, which is to be stopped. What its processes write goes
// to log.
func newCluster(p programs, log io.Writer) (*cluster, error) {
	dir, err := os.MkdirTemp("", "cluster-")
	if err != nil {
		return nil, err
	}
	return &cluster{programs: p, dir: dir, log: log}, nil
}

// start starts everything, each when what it needs is up.
func (c *cluster) start(ctx context.Context, opt options) error {
	binary := filepath.Join(c.dir, "server")
	build := goCommand(ctx, "build", "-o", binary, ".")
	build.Dir = c.server
	build.Env = append(os.Environ(), "GOTMPDIR="+c.dir) // which we remove, if go does not
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the worker: %w\n%s", err, out)
	}
	s3, err := c.startS3(ctx)
	if err != nil {
		return err
	}
	if err := upload(ctx, s3, gallery.Photos()); err != nil {
		return err
	}
	redis, err := c.startRedis(ctx)
	if err != nil {
		return err
	}
	key := rand.Text()
	workers := make([]string, opt.workers)
	for i := range workers {
		if workers[i], err = c.startWorker(ctx, i+1, binary, s3, redis, key); err != nil {
			return err
		}
	}
	if c.url, err = c.startNginx(ctx, opt.addr, workers); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up, c.early = true, nil
	return nil
}

// stop stops everything, the last first, and removes the directory.
func (c *cluster) stop(hurry context.Context) error {
	c.mu.Lock()
	c.down = true
	c.mu.Unlock()
	for _, p := range slices.Backward(c.processes) {
		p.stop(hurry)
	}
	return os.RemoveAll(c.dir)
}

// launch starts a process whose lines go to the log, and to each of listen.
func (c *cluster) launch(name string, quit syscall.Signal, cmd *exec.Cmd, listen ...func(line string)) (*process, error) {
	p, err := launch(name, quit, cmd, func(line string) {
		for _, f := range listen {
			f(line)
		}
		c.say(name, line)
	})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.processes = append(c.processes, p)
	go func() {
		<-p.exited
		c.say(name, fmt.Sprintf("ended by itself (%v)", p.cmd.ProcessState))
	}()
	return p, nil
}

// say logs a line while everything is up. What is said when everything ends is not news.
func (c *cluster) say(name, line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line = name + ": " + line
	switch {
	case c.down:
	case c.up:
		fmt.Fprintln(c.log, line)
	default:
		c.early = append(c.early, line)
	}
}

// story is what was said before an error.
func (c *cluster) story() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.early, "\n")
}

// ready calls check until it succeeds: until the process is up.
func ready(ctx context.Context, p *process, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended: %w", p.name, errors.Join(p.err, err))
		case <-ctx.Done():
			return fmt.Errorf("%s does not come up: %w", p.name, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// dial succeeds when somebody listens.
func dial(address string) error {
	conn, err := net.Dial("tcp", address)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// freeAddress is a loopback address on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// environment is ours without what would set the workers' flags, and with more.
func environment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "THUMBNAIL_") || strings.HasPrefix(v, "AWS_")
	})
	return append(env, more...)
}
