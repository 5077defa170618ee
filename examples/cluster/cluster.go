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

// A cluster is a set of processes, and the directory that they work in.
type cluster struct {
	programs
	dir string
	url string // of the gallery, once it is running

	processes []*process // in the order of their start
	front     *process   // nginx

	mu       sync.Mutex
	log      io.Writer
	early    []string // log lines before everything is running; they are printed only if the start fails
	up, down bool     // everything is running; everything is being stopped
}

// newCluster returns a cluster without processes. The caller stops it. Output of its processes goes to log.
func newCluster(p programs, log io.Writer) (*cluster, error) {
	dir, err := os.MkdirTemp("", "cluster-")
	if err != nil {
		return nil, err
	}
	return &cluster{programs: p, dir: dir, log: log}, nil
}

// start starts all processes, each after those that it depends on.
func (c *cluster) start(ctx context.Context, opt options) error {
	binary := filepath.Join(c.dir, "server")
	build := goCommand(ctx, "build", "-o", binary, ".")
	build.Dir = c.server
	build.Env = append(os.Environ(), "GOTMPDIR="+c.dir) // this program removes the directory if the go command does not
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

// stop stops all processes in reverse order, and removes the directory.
func (c *cluster) stop(hurry context.Context) error {
	c.mu.Lock()
	c.down = true
	c.mu.Unlock()
	for _, p := range slices.Backward(c.processes) {
		p.stop(hurry)
	}
	return os.RemoveAll(c.dir)
}

// launch starts a process whose output lines go to the log, and to each function in listen.
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

// say logs a line while everything is running. Lines during the shutdown are not logged.
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

// story returns the log lines of the start, to explain an error.
func (c *cluster) story() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.early, "\n")
}

// ready calls check until it succeeds, that is, until the process is running.
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

// dial succeeds when a process listens at the address.
func dial(address string) error {
	conn, err := net.Dial("tcp", address)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// freeAddress returns a loopback address at which no process listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// environment returns the environment of this program without the variables of the workers' flags, and with
// additional ones.
func environment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "THUMBNAIL_") || strings.HasPrefix(v, "AWS_")
	})
	return append(env, more...)
}
