//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// A fleet has the workers and servers of one half of the run.
type fleet struct {
	dir, kind string
	setup     setup

	mu      sync.Mutex
	workers []*process
	servers map[string]*process
	outage  time.Time // until when a server of the storage may fail requests
}

// A process is a program that this program started.
type process struct {
	*exec.Cmd
	address string
	stdin   io.Closer
}

func (p *process) kill() {
	_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL)
	_ = p.Wait()
}

func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(-p.Process.Pid, s) }

// launch starts a program in its own process group.
func launch(cmd *exec.Cmd, env ...string) (*process, error) {
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	return &process{Cmd: cmd}, cmd.Start()
}

func (f *fleet) start(workers int) (err error) {
	f.setup = setup{Originals: filepath.Join(f.dir, "originals"), MaxMemory: maxMemory, MemoryLimit: maxMemory + overhead}
	f.servers = map[string]*process{}
	switch f.kind {
	case "dir":
		f.setup.Dir, f.setup.Locks = filepath.Join(f.dir, "thumbs"), filepath.Join(f.dir, "locks")
		err = errors.Join(os.Mkdir(f.setup.Dir, 0o755), os.Mkdir(f.setup.Locks, 0o755))
	case "s3":
		f.setup.S3 = s3.Endpoint{Region: "us-east-1", AccessKey: "soak", SecretKey: "a secret of loopback"}
		for _, name := range []string{"redis", "s3"} {
			if err == nil {
				err = f.startServer(name)
			}
		}
	default:
		err = fmt.Errorf("store %q is neither dir nor s3", f.kind)
	}
	for range workers {
		if err == nil {
			var w *process
			if w, err = f.startWorker(); err == nil {
				f.workers = append(f.workers, w)
			}
		}
	}
	return err
}

// startServer starts or restarts Redis or the S3 server.
func (f *fleet) startServer(name string) error {
	p := f.servers[name]
	var address string
	if p != nil {
		address = p.address
	} else {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		address = l.Addr().String()
		_ = l.Close()
	}
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", f.dir, "--loglevel", "warning")
	if name == "s3" {
		root := filepath.Join(f.dir, "s3")
		if err := os.MkdirAll(filepath.Join(root, bucket), 0o755); err != nil {
			return err
		}
		cmd = exec.Command("versitygw", "--port", address, "--quiet", "posix", root)
	}
	p, err := launch(cmd, "ROOT_ACCESS_KEY="+f.setup.S3.AccessKey, "ROOT_SECRET_KEY="+f.setup.S3.SecretKey)
	if err != nil {
		return err
	}
	p.address = address
	f.mu.Lock()
	f.servers[name] = p
	f.mu.Unlock()
	if name == "s3" {
		f.setup.S3.URL = "http://" + address
	} else {
		f.setup.Redis = address
	}
	for range 600 {
		if c, err := net.Dial("tcp", address); err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer at %s", name, address)
}

func (f *fleet) startWorker() (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(f.setup)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p, err := launch(cmd, workerEnv+"="+string(config))
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	line, err := bufio.NewReader(stdout).ReadString('\n')
	p.address = strings.TrimSpace(line)
	return p, err
}

// stop ends all processes.
func (f *fleet) stop() {
	for _, w := range f.workers {
		_ = w.stdin.Close()
		w.kill()
	}
	for _, s := range f.servers {
		s.kill()
	}
	f.workers, f.servers = nil, nil
}

// addresses returns the addresses of the running workers.
func (f *fleet) addresses() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.workers {
		all = append(all, w.address)
	}
	return all
}

// disturbed reports whether requests that began at since may fail, because the storage's server was down.
func (f *fleet) disturbed(since time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return since.Before(f.outage)
}

// disturb kills, stops or restarts a process every few seconds. The first worker is only stopped, never
// killed, so that its memory can be observed.
func (f *fleet) disturb(ctx context.Context, r *report, random *rand.Rand) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(1000+random.IntN(4000)) * time.Millisecond):
		}
		pause := time.Duration(200+random.IntN(3000)) * time.Millisecond
		i := random.IntN(len(f.workers))
		kinds := []string{"kill worker", "kill worker", "stop worker"}
		if f.kind == "s3" {
			kinds = append(kinds, "kill redis", "kill s3", "stop redis", "stop s3")
		}
		kind := kinds[random.IntN(len(kinds))]
		if kind == "kill worker" {
			i = max(i, 1)
		}
		r.count("disturbances", kind)
		if err := f.disturbOnce(kind, i, pause); err != nil {
			r.find("%s: %v", kind, err)
		}
	}
}

// killOften kills one worker after the other, except the first, at random moments.
func (f *fleet) killOften(ctx context.Context, r *report, random *rand.Rand) {
	for n := 0; n < r.kills && ctx.Err() == nil; n++ {
		time.Sleep(time.Duration(100+random.IntN(500)) * time.Millisecond)
		if err := f.disturbOnce("kill worker", 1+random.IntN(len(f.workers)-1), 0); err != nil {
			r.find("kill worker: %v", err)
		}
		r.count("disturbances", "kill worker")
	}
	if killed := r.counts["disturbances"]["kill worker"]; killed < r.kills {
		r.find("the time was enough for %d of %d kills", killed, r.kills)
	}
}

func (f *fleet) disturbOnce(kind string, i int, pause time.Duration) error {
	verb, name, _ := strings.Cut(kind, " ")
	if name == "s3" {
		f.mu.Lock()
		f.outage = time.Now().Add(pause + 20*time.Second)
		f.mu.Unlock()
	}
	f.mu.Lock()
	victim := f.workers[i]
	if name != "worker" {
		victim = f.servers[name]
	}
	f.mu.Unlock()
	if verb == "stop" {
		victim.signal(syscall.SIGSTOP)
		time.Sleep(pause)
		victim.signal(syscall.SIGCONT)
		return nil
	}
	victim.kill()
	time.Sleep(pause / 4)
	if name != "worker" {
		return f.startServer(name)
	}
	w, err := f.startWorker()
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.workers[i] = w
	f.mu.Unlock()
	return nil
}

// watch requests the state of the first worker every few seconds.
func (f *fleet) watch(ctx context.Context, r *report) {
	for ctx.Err() == nil {
		if s, err := f.state(f.addresses()[0]); err == nil {
			r.sample(s)
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

func (f *fleet) state(address string) (s state, err error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + address + "/-/state")
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	return s, json.NewDecoder(resp.Body).Decode(&s)
}
