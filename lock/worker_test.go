package lock_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// A worker is this test binary in another process, which locks keys as its parent requests, by one JSON
// object per line. So the rules for all locks can test a lock of processes, including their death.

const workerEnv = "LOCK_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(workerEnv); dir != "" {
		work(dir)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

type request struct {
	ID    int
	Op    string // lock, wait, unlock, cancel; the last two end the call with an earlier ID
	Key   string
	TTL   time.Duration
	Ended bool // the context has already ended
}

type reply struct {
	ID      int
	OK      bool
	Context bool // the error is that of the context
	Err     string
}

// work is the child process: it serves its standard input until that is closed.
func work(dir string) {
	f, err := lock.NewFile(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	unlocks := make(map[int]func() error)
	cancels := make(map[int]context.CancelFunc)
	answer := func(id int, ok bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		r := reply{ID: id, OK: ok, Context: errors.Is(err, context.Canceled)}
		if err != nil {
			r.Err = err.Error()
		}
		out.Encode(r)
	}
	for in := json.NewDecoder(os.Stdin); ; {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		switch r.Op {
		case "lock", "wait":
			ctx, cancel := context.WithCancel(context.Background())
			if r.Ended {
				cancel()
			}
			cancels[r.ID] = cancel
			go func() {
				if r.Op == "wait" {
					answer(r.ID, true, f.Wait(ctx, r.Key))
					return
				}
				unlock, ok, err := f.TryLock(ctx, r.Key, r.TTL)
				mu.Lock()
				unlocks[r.ID] = unlock
				mu.Unlock()
				answer(r.ID, ok, err)
			}()
		case "unlock":
			mu.Lock()
			unlock := unlocks[r.ID]
			mu.Unlock()
			go func() { answer(-r.ID, true, unlock()) }()
		case "cancel":
			cancels[r.ID]()
		}
	}
}

// worker is the parent's side: a lock.File in another process.
type worker struct {
	cmd  *exec.Cmd
	mu   sync.Mutex
	in   *json.Encoder
	next int
	open map[int]chan reply // by ID; replies to unlock have -ID; nil when the worker is dead
}

func startWorker(t *testing.T, dir string) *worker {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	w := &worker{cmd: exec.Command(exe), open: make(map[int]chan reply)}
	w.cmd.Env = append(os.Environ(), workerEnv+"="+dir)
	w.cmd.Stderr = os.Stderr
	in, err := w.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := w.cmd.StdoutPipe()
	require.NoError(t, err)
	w.in = json.NewEncoder(in)
	require.NoError(t, w.cmd.Start())
	go w.read(out)
	t.Cleanup(w.kill)
	return w
}

// kill sends SIGKILL.
func (w *worker) kill() {
	w.cmd.Process.Kill()
	w.cmd.Wait()
}

func (w *worker) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var r reply
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue
		}
		w.mu.Lock()
		waiting := w.open[r.ID]
		delete(w.open, r.ID)
		w.mu.Unlock()
		waiting <- r
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, waiting := range w.open {
		waiting <- reply{Err: "the worker is dead"}
	}
	w.open = nil
}

// send sends r, with a new ID if it has none, and returns the channel for the reply.
func (w *worker) send(r request) (int, <-chan reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := -r.ID
	if r.ID == 0 {
		w.next++
		r.ID, at = w.next, w.next
	}
	c := make(chan reply, 1)
	switch {
	case r.Op == "cancel":
	case w.open == nil:
		c <- reply{Err: "the worker is dead"}
	default:
		w.open[at] = c
	}
	w.in.Encode(r) // fails only if the worker is dead
	return r.ID, c
}

// call begins a call that ends with ctx.
func (w *worker) call(ctx context.Context, r request) (int, reply, error) {
	r.Ended = ctx.Err() != nil
	id, answer := w.send(r)
	context.AfterFunc(ctx, func() { w.send(request{ID: id, Op: "cancel"}) })
	got := <-answer
	switch {
	case got.Context:
		return id, got, ctx.Err()
	case got.Err != "":
		return id, got, errors.New(got.Err)
	}
	return id, got, nil
}

func (w *worker) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	id, got, err := w.call(ctx, request{Op: "lock", Key: key, TTL: ttl})
	if err != nil || !got.OK {
		return nil, false, err
	}
	return sync.OnceValue(func() error {
		_, answer := w.send(request{ID: id, Op: "unlock"})
		if got := <-answer; got.Err != "" {
			return errors.New(got.Err)
		}
		return nil
	}), true, nil
}

func (w *worker) Wait(ctx context.Context, key string) error {
	_, _, err := w.call(ctx, request{Op: "wait", Key: key})
	return err
}
