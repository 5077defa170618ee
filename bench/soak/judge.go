//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// settle waits until no generation is in progress, and checks that workers hold no memory or locks.
func (f *fleet) settle(r *report) error {
	var last state
	for range 100 {
		idle := true
		for i, address := range f.addresses() {
			s, err := f.state(address)
			if err != nil {
				return fmt.Errorf("worker %d: %w", i, err)
			}
			if i == 0 {
				last = s
			}
			idle = idle && s.Stats.Working+s.Stats.Queued+s.Stats.Flights == 0 && s.Stats.Memory == 0
		}
		if idle {
			r.sample(last)
			r.growth()
			return nil
		}
		time.Sleep(300 * time.Millisecond)
	}
	r.find("a worker does not come to rest: %+v", last.Stats)
	return nil
}

// judge compares every stored file with a new generation.
func (f *fleet) judge(r *report, photos, odd []string) error {
	for name, s := range f.servers {
		if s.ProcessState != nil {
			return fmt.Errorf("%s is not running", name)
		}
	}
	store, err := f.setup.storage()
	if err != nil {
		return err
	}
	fresh := storage.NewMemory()
	cfg, err := f.setup.config(fresh)
	if err != nil {
		return err
	}
	cfg.MaxMemory, cfg.Timeout = 0, time.Hour // no limit refuses a thumbnail that a worker may have made
	handler, err := thumbnail.NewHandler(cfg)
	if err != nil {
		return err
	}
	lister, _ := ability.Find[storage.Lister](store)
	for entry, err := range lister.List(context.Background(), "") {
		if err != nil {
			return err
		}
		file, err := store.Open(context.Background(), entry.Key)
		if err != nil {
			return err
		}
		stored, err := io.ReadAll(file)
		_ = file.Close()
		if err != nil {
			return err
		}
		spec, secret, err := thumbnail.ParsePath(entry.Key)
		if err != nil || !signer.Verify(spec, secret) {
			r.find("%s is stored, and is no thumbnail", entry.Key)
			continue
		}
		w := httptest.NewRecorder()
		handler.ServeSpec(w, httptest.NewRequest(http.MethodGet, "/", nil), spec)
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), stored) {
			r.find("%s is stored with %d bytes, and a fresh generation has status %d and %d bytes", entry.Key, len(stored), w.Code, w.Body.Len())
		}
		_ = fresh.RemoveAll(context.Background(), spec.Source)
		r.compared++
	}
	if f.setup.Dir != "" {
		f.stop()
		return errors.Join(store.(io.Closer).Close(), r.leftOvers(f.setup.Dir))
	}
	return nil
}

// leftOvers looks for temporary files of dead workers, after another worker has started and stopped.
func (r *report) leftOvers(dir string) error {
	d, err := storage.OpenDir(dir)
	if err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "\x7f") {
			r.find("%q is left", e.Name())
		}
	}
	return err
}
