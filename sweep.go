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

// A Sweep says which thumbnails [Handler.Sweep] removes. All of its conditions apply; the zero Sweep
// removes the thumbnails whose original is gone.
type Sweep struct {
	// Keep, if not nil, reports whether a thumbnail stays. It may look at the method and size, see
	// [Links.Uses], at the version, and at [Entry.Current] after a change of key.
	Keep func(Entry) bool
	// MaxAge is how long a thumbnail may have been unused, as far as the storage knows when it was
	// read: see [storage.Entry]. 0 means for ever.
	MaxAge time.Duration
	// MaxBytes is how large all thumbnails may be together. Those that were used least recently are
	// removed beyond it. 0 means no limit.
	MaxBytes int64
	// DryRun counts and removes nothing.
	DryRun bool
	// KeepOrphans leaves thumbnails whose original is gone, and asks the Source for nothing.
	KeepOrphans bool
}

// An Entry is a thumbnail in the storage.
type Entry struct {
	storage.Entry
	Spec    Spec
	Current bool // its secret is what the Signer makes now, not that of a previous key
}

// Swept says what [Handler.Sweep] has done, or would have.
type Swept struct {
	Removed, Kept           int // thumbnails
	RemovedBytes, KeptBytes int64
}

// Sweep removes thumbnails that nobody needs, and reports how many. It may run beside handlers, in this
// process and others: a thumbnail that is removed while it is wanted is made anew, and a response
// that has begun goes on. Files in the storage that are no thumbnails, because their names are not of
// the grammar or their secrets are not valid, are left alone and not counted.
//
// The Storage has to be a [storage.Lister] and a [storage.Deleter]; else the error matches
// [errors.ErrUnsupported]. If the Source fails in any way but that an original is absent, Sweep ends
// with its error, because then nobody knows what is gone. What can't be removed counts as kept, and
// the error says so. With MaxBytes the storage is listed twice, and memory grows with the number of
// thumbnails to be removed.
func (h *Handler) Sweep(ctx context.Context, s Sweep) (Swept, error) {
	lister, ok1 := ability.Find[storage.Lister](h.cfg.Storage)
	deleter, ok2 := ability.Find[storage.Deleter](h.cfg.Storage)
	if !ok1 || !ok2 {
		return Swept{}, fmt.Errorf("thumbnail: sweep a %T: %w", h.cfg.Storage, errors.ErrUnsupported)
	}
	w := &sweeper{h: h, Sweep: s, lister: lister, deleter: deleter, now: time.Now(), gone: map[string]bool{}}
	err := w.first(ctx)
	if err == nil && s.MaxBytes > 0 && w.swept.KeptBytes > s.MaxBytes {
		err = w.second(ctx)
	}
	return w.swept, errors.Join(err, w.err())
}

// A sweeper is one call of Sweep.
type sweeper struct {
	Sweep
	h        *Handler
	lister   storage.Lister
	deleter  storage.Deleter
	now      time.Time
	swept    Swept
	gone     map[string]bool // by original, for those that were asked for last
	failed   int
	firstErr error // of those for files that could not be removed
}

// maxGone bounds how many originals are remembered.
const maxGone = 10_000

// thumbnails iterates over the entries that are thumbnails.
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

// first removes what is not needed at all.
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

// useless reports whether nobody needs a thumbnail.
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

// remove removes a thumbnail that was counted as kept.
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

// second removes what was used least recently until the rest is within MaxBytes.
func (w *sweeper) second(ctx context.Context) error {
	victims := leastRecent{excess: w.swept.KeptBytes - w.MaxBytes}
	err := w.thumbnails(ctx, func(e Entry) error {
		if w.DryRun { // what the first pass would have removed is there still
			if useless, err := w.useless(ctx, e); useless || err != nil {
				return err
			}
		}
		victims.add(e)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for len(victims.entries) > 0 {
		w.remove(ctx, heap.Pop(&victims).(Entry))
	}
	return ctx.Err()
}

// leastRecent keeps the entries that were used least recently, and together have at least excess
// bytes. It is a heap of which the first was used last.
type leastRecent struct {
	entries []Entry
	bytes   int64
	excess  int64
}

func (l *leastRecent) add(e Entry) {
	heap.Push(l, e)
	l.bytes += e.Size
	for len(l.entries) > 0 && l.bytes-l.entries[0].Size >= l.excess {
		l.bytes -= heap.Pop(l).(Entry).Size
	}
}

func (l *leastRecent) Len() int           { return len(l.entries) }
func (l *leastRecent) Less(i, j int) bool { return l.entries[i].Used.After(l.entries[j].Used) }
func (l *leastRecent) Swap(i, j int)      { l.entries[i], l.entries[j] = l.entries[j], l.entries[i] }
func (l *leastRecent) Push(e any)         { l.entries = append(l.entries, e.(Entry)) }
func (l *leastRecent) Pop() any {
	last := l.entries[len(l.entries)-1]
	l.entries = l.entries[:len(l.entries)-1]
	return last
}

// Uses reports whether a preset of l has files like s: with its method, extension and size, or another
// size of the same shape, as small originals have.
func (l Links) Uses(s Spec) bool {
	for _, p := range l.Presets {
		p = p.withDefaults()
		if !sameMethod(s.Method, p.Method) || s.Ext != p.Ext && !slices.Contains(p.Formats, s.Ext) {
			continue
		}
		if sameShape(s.Size, p.Size) {
			return true
		}
	}
	return false
}

// sameMethod reports whether a method is another's, perhaps with arguments.
func sameMethod(method, base string) bool {
	return method == base || len(method) > len(base) && method[:len(base)] == base && method[len(base)] == '_'
}

// sameShape reports whether a size is a box times a factor, but for rounding.
func sameShape(s, box Size) bool {
	if (s.Width == 0) != (box.Width == 0) || (s.Height == 0) != (box.Height == 0) {
		return false
	}
	return s.Width == 0 || s.Height == 0 || box.withWidth(s.Width) == s || box.scaled(float64(s.Height)/float64(box.Height)) == s
}
