//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// workerEnv is the environment variable that makes a process of this test binary a worker.
const workerEnv = "CLUSTER_TEST_WORKER"

func TestMain(m *testing.M) {
	if config := os.Getenv(workerEnv); config != "" {
		if err := work(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(program.Main(m))
}

// setup is the configuration of a worker.
type setup struct {
	Source string // URL of the originals

	Dir       string // of the thumbnails; "" means S3
	S3        s3.Endpoint
	S3Timeout time.Duration

	LockDir string // "" means Redis
	Redis   string // address

	LockTTL, Wait, Timeout time.Duration
	RequireLock            bool
}

// state is the state that a worker reports.
type state struct {
	InFlight   int64         // requests for thumbnails in progress
	Goroutines int           // while the worker has no idle connections
	CPU        time.Duration // CPU time of the process so far
}

var testSigner = thumbnail.DjangoSigner("a key of the tests")

// work serves thumbnails under / and the state under /-/state. It ends when its standard input is closed,
// which happens at the latest when the parent process ends.
func work(config string) error {
	var s setup
	if err := json.Unmarshal([]byte(config), &s); err != nil {
		return err
	}
	originals := newHTTPSource(s.Source)
	store, idle, err := s.store()
	if err != nil {
		return err
	}
	locker, err := s.locker()
	if err != nil {
		return err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source: originals, Storage: store, Signer: testSigner, Locker: locker,
		LockTTL: s.LockTTL, Wait: s.Wait, Timeout: s.Timeout, RequireLock: s.RequireLock,
		MaxQueue: 10_000,
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	var inFlight atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		inFlight.Add(1)
		defer inFlight.Add(-1)
		handler.ServeHTTP(w, r)
	})
	mux.HandleFunc("/-/state", func(w http.ResponseWriter, r *http.Request) {
		idle()
		originals.client.CloseIdleConnections()
		var usage syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
		_ = json.NewEncoder(w).Encode(state{inFlight.Load(), runtime.NumGoroutine(), time.Duration(usage.Utime.Nano() + usage.Stime.Nano())})
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(listener, mux)
}

// store opens the storage of the thumbnails; idle closes its idle connections.
func (s setup) store() (_ thumbnail.Storage, idle func(), err error) {
	if s.Dir != "" {
		dir, err := storage.OpenDir(s.Dir)
		return dir, func() {}, err
	}
	store, err := s3.Open(s.S3, thumbsBucket, s3.Config{Timeout: s.S3Timeout, StallTimeout: s.S3Timeout / 3})
	return store, func() { _ = store.Close() }, err
}

func (s setup) locker() (thumbnail.Locker, error) {
	if s.LockDir != "" {
		return lock.NewFile(s.LockDir)
	}
	client := goredis.NewClient(&goredis.Options{Addr: s.Redis, ContextTimeoutEnabled: true})
	return redis.New(client, redis.Config{OnError: func(err error) { fmt.Fprintln(os.Stderr, err) }}), nil
}

// httpSource reads originals from a web server, and sends it the process ID of the worker.
type httpSource struct {
	url    string
	client *http.Client
}

func newHTTPSource(url string) httpSource {
	return httpSource{url, &http.Client{Transport: &http.Transport{}}}
}

func (s httpSource) Open(ctx context.Context, key string) (fs.File, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+key, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Worker", strconv.Itoa(os.Getpid()))
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("source: %s", resp.Status), resp.Body.Close())
	}
	return storage.NewFile(resp.Body, storage.Info{Name: key, Size: resp.ContentLength}), nil
}
