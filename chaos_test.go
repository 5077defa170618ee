package thumbnail_test

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// chaos makes the values of a Config fail at random, in selected places, while it is on.
type chaos struct {
	mu     sync.Mutex
	random *rand.Rand
	on     bool
	places map[string]bool
}

// places are the places in which chaos may cause failures.
var places = []string{
	"source open", "source nil", "source stat", "source read", "source seek", "source close", "source length", "source count",
	"storage open", "storage nil", "storage read", "storage put", "storage half", "storage remove",
	"lock", "lock nil", "lock held", "unlock", "wait", "signer", "processor", "processor nil", "processor size",
	"encoder", "encoder empty", "encoder garbage", "responder", "responder half", "observer", "logger", "error handler",
}

// wrongBytes are the places whose failure may give an answer of 200 the wrong content.
var wrongBytes = []string{"processor size", "encoder empty", "encoder garbage", "storage half", "storage read", "responder half", "responder", "source length"}

func (c *chaos) n(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(n)
}

// strikes reports whether a place fails now.
func (c *chaos) strikes(place string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.on && c.places[place] && c.random.IntN(2) == 0
}

func (c *chaos) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = false
}

var oddErrors = []error{
	errBoom, fs.ErrNotExist, fs.ErrPermission, io.EOF, io.ErrUnexpectedEOF, syscall.ENOSPC, context.Canceled, context.DeadlineExceeded, errors.ErrUnsupported,
	thumbnail.ErrBusy, thumbnail.ErrOverloaded, thumbnail.ErrTooLarge, thumbnail.ErrCorrupt, thumbnail.ErrFormat, thumbnail.ErrInvalid, thumbnail.ErrSignature,
}

// may returns an error, panics, sleeps, or does nothing.
func (c *chaos) may(ctx context.Context, place string) error {
	if !c.strikes(place) {
		return nil
	}
	switch c.n(3) {
	case 0:
		return oddErrors[c.n(len(oddErrors))]
	case 1:
		panic("chaos: " + place)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(c.n(45_000)) * time.Millisecond):
		return nil
	}
}

type chaosSource struct {
	*chaos
	thumbnail.Source
}

func (s chaosSource) Open(ctx context.Context, key string) (fs.File, error) {
	if err := s.may(ctx, "source open"); err != nil {
		return nil, err
	}
	if s.strikes("source nil") {
		return nil, nil
	}
	f, err := s.Source.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return &chaosFile{s.chaos, f, "source"}, nil
}

type chaosFile struct {
	*chaos
	fs.File
	of string
}

func (f *chaosFile) Stat() (fs.FileInfo, error) {
	if err := f.may(context.Background(), f.of+" stat"); err != nil {
		return nil, err
	}
	info, err := f.File.Stat()
	if err == nil && f.strikes(f.of+" length") {
		return storage.NewFile(nil, storage.Info{Size: []int64{-1, 0, 1, info.Size() - 1, info.Size() + 1, 1 << 40}[f.n(6)]}).Stat()
	}
	return info, err
}

func (f *chaosFile) Read(p []byte) (int, error) {
	if err := f.may(context.Background(), f.of+" read"); err != nil {
		return 0, err
	}
	if f.strikes(f.of + " count") {
		return []int{-1, len(p) + 1, 0}[f.n(3)], nil
	}
	return f.File.Read(p)
}

func (f *chaosFile) Seek(offset int64, whence int) (int64, error) {
	if err := f.may(context.Background(), f.of+" seek"); err != nil {
		return 0, err
	}
	return f.File.(io.Seeker).Seek(offset, whence)
}

func (f *chaosFile) Close() error {
	return errors.Join(f.File.Close(), f.may(context.Background(), f.of+" close"))
}

type chaosStorage struct {
	*chaos
	*storage.Memory
}

func (s chaosStorage) Open(ctx context.Context, key string) (fs.File, error) {
	if err := s.may(ctx, "storage open"); err != nil {
		return nil, err
	}
	if s.strikes("storage nil") {
		return nil, nil
	}
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return &chaosFile{s.chaos, f, "storage"}, nil
}

func (s chaosStorage) Put(ctx context.Context, key string, r io.Reader) error {
	if err := s.may(ctx, "storage put"); err != nil {
		return err
	}
	if s.strikes("storage half") {
		r = io.LimitReader(r, int64(s.n(300)))
	}
	return s.Memory.Put(ctx, key, r)
}

func (s chaosStorage) RemoveAll(ctx context.Context, prefix string) error {
	return errors.Join(s.may(ctx, "storage remove"), s.Memory.RemoveAll(ctx, prefix))
}

type chaosLocker struct {
	*chaos
	*lock.Memory
}

func (l chaosLocker) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	if err := l.may(ctx, "lock"); err != nil {
		return nil, false, err
	}
	if l.strikes("lock held") {
		return nil, false, nil
	}
	unlock, ok, err := l.Memory.TryLock(ctx, key, ttl)
	if !ok || err != nil {
		return unlock, ok, err
	}
	if l.strikes("lock nil") {
		return nil, true, unlock()
	}
	return func() error { return errors.Join(unlock(), l.may(context.Background(), "unlock")) }, true, nil
}

func (l chaosLocker) Wait(ctx context.Context, key string) error {
	if err := l.may(ctx, "wait"); err != nil {
		return err
	}
	return l.Memory.Wait(ctx, key)
}

type chaosSigner struct {
	*chaos
	thumbnail.Signer
}

func (s chaosSigner) Verify(spec thumbnail.Spec, secret string) bool {
	return s.may(context.Background(), "signer") == nil && s.Signer.Verify(spec, secret)
}

type chaosProcessor struct{ *chaos }

func (p chaosProcessor) Process(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
	if err := p.may(ctx, "processor"); err != nil {
		return nil, err
	}
	if p.strikes("processor nil") {
		return []image.Image{nil, (*image.RGBA)(nil), image.NewRGBA(image.Rectangle{})}[p.n(3)], nil
	}
	if p.strikes("processor size") {
		w, h = []int{1, w + 1, 5000}[p.n(3)], []int{1, h + 1, 5000}[p.n(3)]
	}
	return processors.Crop{}.Process(ctx, src, w, h)
}

type chaosEncoder struct{ *chaos }

func (e chaosEncoder) Encode(w io.Writer, img image.Image) error {
	if err := e.may(context.Background(), "encoder"); err != nil {
		return err
	}
	if e.strikes("encoder empty") {
		return nil
	}
	if e.strikes("encoder garbage") {
		_, err := io.WriteString(w, "garbage")
		return err
	}
	return processors.PNG{}.Encode(w, img)
}

type chaosResponder struct {
	*chaos
	thumbnail.Responder
}

func (r chaosResponder) Respond(w http.ResponseWriter, req *http.Request, key string, f fs.File) error {
	if err := r.may(req.Context(), "responder"); err != nil {
		return err
	}
	if r.strikes("responder half") {
		_, _ = io.CopyN(w, f, 10)
		return oddErrors[r.n(len(oddErrors))]
	}
	return r.Responder.Respond(w, req, key, f)
}

type chaosObserver struct{ *chaos }

func (o chaosObserver) Observe(ctx context.Context, _ thumbnail.Event) { _ = o.may(ctx, "observer") }

type chaosLogger struct{ *chaos }

func (chaosLogger) Enabled(context.Context, slog.Level) bool          { return true }
func (l chaosLogger) Handle(ctx context.Context, _ slog.Record) error { return l.may(ctx, "logger") }
func (l chaosLogger) WithAttrs([]slog.Attr) slog.Handler              { return l }
func (l chaosLogger) WithGroup(string) slog.Handler                   { return l }
