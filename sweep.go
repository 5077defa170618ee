package thumbnail

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A Sweep selects the thumbnails that [Handler.Sweep] removes: those that meet at least one of
// its conditions. The zero Sweep removes the thumbnails whose original no longer exists.
type Sweep struct {
	// If Keep is not nil and returns false, the thumbnail is removed. If it returns true, the other conditions
	// still apply. Keep may depend on the method and size (see [Links.Uses]), on the version, and on
	// [Entry.Current] after a change of key.
	Keep func(Entry) bool
	// MaxAge is how long a thumbnail may have been unused, judged by the Used field of [storage.Entry]. 0
	// means forever.
	MaxAge time.Duration
	// MaxBytes limits the total size of all thumbnails, in bytes. If they exceed it, the least recently used
	// ones are removed. 0 means no limit.
	MaxBytes int64
	// DryRun only counts, and removes nothing.
	DryRun bool
	// KeepOrphans keeps thumbnails whose original no longer exists. The Source is then not accessed.
	KeepOrphans bool
}

// An Entry is a thumbnail in the storage.
type Entry struct {
	storage.Entry
	Spec    Spec
	Current bool // the secret was computed with the current key, not with a previous one
}

// Swept counts what [Handler.Sweep] has removed and kept, or would have with DryRun.
type Swept struct {
	Removed, Kept           int // thumbnails
	RemovedBytes, KeptBytes int64
}

// Sweep removes thumbnails that nobody needs, and reports how many. It may run while handlers are running,
// in this process and in others: a removed thumbnail is made again when it is requested, and responses in
// progress are completed. Files in the storage whose names do not match the path grammar or whose secrets
// are invalid are not thumbnails. Sweep leaves them alone and does not count them.
//
// The Storage has to be a [storage.Lister] and a [storage.Deleter]; otherwise the error matches
// [errors.ErrUnsupported]. If the Source fails with any error but a missing original, Sweep returns that
// error, because then it can't know which originals exist. Thumbnails that can't be removed count as kept,
// and the error says so. With MaxBytes the storage is listed twice, and Sweep uses memory in proportion to
// the number of thumbnails to be removed.
func (h *Handler) Sweep(ctx context.Context, s Sweep) (Swept, error) {
	lister, ok1 := ability.Find[storage.Lister](h.cfg.Storage)
	deleter, ok2 := ability.Find[storage.Deleter](h.cfg.Storage)
	if !ok1 || !ok2 {
		return Swept{}, fmt.Errorf("thumbnail: sweep a %T, which is no storage.Lister and storage.Deleter: it needs the methods List and Remove: %w", h.cfg.Storage, errors.ErrUnsupported)
	}
	w := &sweeper{h: h, Sweep: s, lister: lister, deleter: deleter, now: time.Now(), gone: map[string]bool{}}
	err := h.safely(ctx, "", "sweep", func() error { return w.sweep(ctx) })
	return w.swept, errors.Join(err, w.err())
}

func (w *sweeper) sweep(ctx context.Context) error {
	if err := w.first(ctx); err != nil {
		return err
	}
	if w.MaxBytes > 0 && w.swept.KeptBytes > w.MaxBytes {
		return w.second(ctx)
	}
	return nil
}

// A sweeper is one call of Sweep.
type sweeper struct {
	Sweep
	h        *Handler
	lister   storage.Lister
	deleter  storage.Deleter
	now      time.Time
	swept    Swept
	gone     map[string]bool // by original, for the most recently checked ones
	failed   int
	firstErr error // the first error of a file that could not be removed
}

// maxGone bounds how many entries gone has.
const maxGone = 10_000

// thumbnails calls visit for each entry that is a thumbnail.
func (w *sweeper) thumbnails(ctx context.Context, visit func(Entry) error) error {
	for e, err := range w.lister.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("thumbnail: list the storage: %w", err)
		}
		spec, secret, err := ParsePath(e.Key)
		if err != nil || !w.h.cfg.Signer.Verify(spec, secret) {
			continue
		}
		entry := Entry{Entry: e, Spec: spec, Current: w.h.cfg.Signer.Sign(spec) == secret}
		if err := visit(entry); err != nil {
			return err
		}
	}
	return nil
}

// first removes the thumbnails that are not needed at all.
func (w *sweeper) first(ctx context.Context) error {
	return w.thumbnails(ctx, func(e Entry) error {
		useless, err := w.useless(ctx, e)
		if err != nil {
			return err
		}
		w.swept.Kept++
		w.swept.KeptBytes += e.Size
		if useless {
			w.remove(ctx, e)
		}
		return ctx.Err()
	})
}

// useless reports whether a thumbnail is not needed.
func (w *sweeper) useless(ctx context.Context, e Entry) (bool, error) {
	switch {
	case w.MaxAge > 0 && w.now.Sub(e.Used) > w.MaxAge, w.Keep != nil && !w.Keep(e):
		return true, nil
	case w.KeepOrphans:
		return false, nil
	}
	gone, known := w.gone[e.Spec.Source]
	if !known {
		f, err := w.h.cfg.Source.Open(ctx, e.Spec.Source)
		if err == nil && f == nil {
			err = errNoFile
		}
		switch {
		case err == nil:
			_ = f.Close()
		case errors.Is(err, fs.ErrNotExist):
			gone = true
		default:
			return false, fmt.Errorf("thumbnail: sweep: open source %q: %w", e.Spec.Source, err)
		}
		if len(w.gone) >= maxGone {
			clear(w.gone)
		}
		w.gone[e.Spec.Source] = gone
	}
	return gone, nil
}

// remove removes a thumbnail that has been counted as kept.
func (w *sweeper) remove(ctx context.Context, e Entry) {
	if !w.DryRun {
		if err := w.deleter.Remove(ctx, e.Key); err != nil {
			w.failed++
			w.firstErr = cmp.Or(w.firstErr, err)
			return
		}
	}
	w.swept.Kept--
	w.swept.KeptBytes -= e.Size
	w.swept.Removed++
	w.swept.RemovedBytes += e.Size
}

func (w *sweeper) err() error {
	if w.failed == 0 {
		return nil
	}
	return fmt.Errorf("thumbnail: %d thumbnails could not be removed: %w", w.failed, w.firstErr)
}

// second removes the least recently used thumbnails until the rest fits MaxBytes. It counts what is kept anew, because
// handlers may have stored and removed thumbnails since the first listing.
func (w *sweeper) second(ctx context.Context) error {
	victims := leastRecent{excess: w.swept.KeptBytes - w.MaxBytes}
	kept, keptBytes := 0, int64(0)
	err := w.thumbnails(ctx, func(e Entry) error {
		if w.DryRun { // the thumbnails that the first pass would have removed still exist
			if useless, err := w.useless(ctx, e); useless || err != nil {
				return err
			}
		}
		kept++
		keptBytes += e.Size
		victims.add(e)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	w.swept.Kept, w.swept.KeptBytes = kept, keptBytes
	slices.SortFunc(victims.entries, byUse)
	excess := keptBytes - w.MaxBytes // less than before if another sweep has removed some meanwhile
	for _, e := range victims.entries {
		if excess <= 0 || ctx.Err() != nil {
			break
		}
		excess -= e.Size
		w.remove(ctx, e)
	}
	return ctx.Err()
}

// byUse orders entries by their last use, the least recent first. So all sweeps choose the same ones.
func byUse(a, b Entry) int {
	return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.Key, b.Key))
}

// leastRecent collects the least recently used entries. Their total size is at least excess bytes, which is at least
// 1. It is a heap whose first entry is the most recently used one.
type leastRecent struct {
	entries []Entry
	bytes   int64
	excess  int64
}

func (l *leastRecent) add(e Entry) {
	heap.Push(l, e)
	l.bytes += e.Size
	for l.bytes-l.entries[0].Size >= l.excess {
		l.bytes -= heap.Pop(l).(Entry).Size
	}
}

func (l *leastRecent) Len() int           { return len(l.entries) }
func (l *leastRecent) Less(i, j int) bool { return byUse(l.entries[i], l.entries[j]) > 0 }
func (l *leastRecent) Swap(i, j int)      { l.entries[i], l.entries[j] = l.entries[j], l.entries[i] }
func (l *leastRecent) Push(e any)         { l.entries = append(l.entries, e.(Entry)) }
func (l *leastRecent) Pop() any {
	last := l.entries[len(l.entries)-1]
	l.entries = l.entries[:len(l.entries)-1]
	return last
}
