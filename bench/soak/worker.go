//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// workerEnv is the environment variable that makes a process of this program a worker.
const workerEnv = "SOAK_WORKER"

// maxMemory is the Config.MaxMemory of the workers.
const maxMemory = 128 << 20

var signer = thumbnail.DjangoSigner("a key of the soak")

// setup is the configuration that the workers share.
type setup struct {
	Originals   string
	Dir, Locks  string // directories of the thumbnails and the locks; empty if S3 and Redis are used
	S3          s3.Endpoint
	Redis       string // the address of the Redis server
	MemoryLimit int64  // GOMEMLIMIT

	MaxMemory    int64         // of Config
	QueueTimeout time.Duration // likewise
	Group        string        // file of a control group that the worker joins, or empty
}

// bucket is the bucket of the thumbnails.
const bucket = "thumbs"

func (s setup) storage() (thumbnail.Storage, error) {
	if s.Dir != "" {
		return storage.OpenDir(s.Dir)
	}
	return s3.Open(s.S3, bucket, s3.Config{Timeout: 5 * time.Second})
}

func (s setup) locker() (thumbnail.Locker, error) {
	if s.Locks != "" {
		return lock.NewFile(s.Locks)
	}
	client := goredis.NewClient(&goredis.Options{Addr: s.Redis, ContextTimeoutEnabled: true})
	return redis.New(client, redis.Config{}), nil
}

// config returns the configuration of a worker's handler.
func (s setup) config(store thumbnail.Storage) (thumbnail.Config, error) {
	originals, err := storage.OpenDir(s.Originals)
	return thumbnail.Config{Source: originals, Storage: store, Signer: signer, MaxMemory: s.MaxMemory, QueueTimeout: s.QueueTimeout, Timeout: 20 * time.Second}, err
}

// state is the state that a worker reports.
type state struct {
	Heap, Goroutines, Files int64
	Stats                   thumbnail.Stats
}

// work serves thumbnails under /, until its standard input ends.
func work(text string) error {
	var s setup
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	if s.Group != "" {
		if err := os.WriteFile(s.Group, []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
			return err
		}
	}
	debug.SetMemoryLimit(s.MemoryLimit)
	store, err := s.storage()
	if err != nil {
		return err
	}
	cfg, err := s.config(store)
	if err != nil {
		return err
	}
	if cfg.Locker, err = s.locker(); err != nil {
		return err
	}
	cfg.LockTTL = 3 * time.Second
	cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	handler, err := thumbnail.NewHandler(cfg)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", handler)
	mux.HandleFunc("POST /-/remove", func(w http.ResponseWriter, r *http.Request) {
		if err := handler.Remove(r.Context(), r.FormValue("source")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET /-/state", func(w http.ResponseWriter, _ *http.Request) {
		runtime.GC()
		runtime.GC() // the second collection empties the pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		files, _ := os.ReadDir("/proc/self/fd")
		_ = json.NewEncoder(w).Encode(state{int64(m.HeapAlloc), int64(runtime.NumGoroutine()), int64(len(files)), handler.Stats()})
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return (&http.Server{Handler: mux, IdleTimeout: 5 * time.Second}).Serve(listener)
}
