package thumbnail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/admission"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Check reports whether thumbnails can be made of an upload. Call it before the upload replaces a good
// original. It applies every limit of Config, including those for the results of Config.Presets, and
// decodes the whole file within Config.MaxMemory and Workers. Nothing is stored. The Info is what
// [Describer.Describe] returns, with the color.
//
// If the file is at fault, or the server has no time or memory for it, the error is an [UploadError]. Other
// errors are those of r and ctx, and faults of the server. r is read once, from its current position to its
// end.
func (h *Handler) Check(ctx context.Context, r io.Reader) (info Info, err error) {
	err = h.safely(ctx, "", "check", func() error {
		info, err = h.check(ctx, r)
		return err
	})
	return info, err
}

func (h *Handler) check(ctx context.Context, r io.Reader) (Info, error) {
	b := &budget{left: h.cfg.Timeout}
	ctx, cancel := b.bind(ctx)
	defer cancel()
	p := &place{
		budget: b, timeout: h.cfg.QueueTimeout, left: h.cfg.QueueTimeout,
		leaving: func() <-chan struct{} { return ctx.Done() }, deserted: func() bool { return true },
	}
	u := &upload{h: h, place: p, seen: &inspector{}}
	for _, e := range h.cfg.Encoders {
		u.seen.moves = u.seen.moves || moves(e)
	}
	u.room = min(max(lengthOf(r)+1, headBytes/2), h.cfg.MaxSourceBytes+1)
	memory, err := h.generator.admission.Reserve(min(u.room+headBytes/2, h.cfg.MaxMemory), p)
	if err != nil {
		return Info{}, uploadError(ctx, h, nil, err)
	}
	u.memory = memory
	defer memory.Release()
	if err := u.read(ctx, r); err != nil {
		return Info{}, uploadError(ctx, h, nil, err)
	}
	if len(u.data) == 0 {
		return Info{}, &UploadError{"empty: the file has no content; choose it again", ErrFormat}
	}
	b.run()
	defer b.pause()
	if err := u.inspect(ctx); err != nil {
		return Info{}, uploadError(ctx, h, u.header, err)
	}
	size := u.header.Size()
	return Info{Width: size.X, Height: size.Y, Version: contentVersion(u.data), Color: u.seen.dominant()}, nil
}

// An upload is a file that is being checked.
type upload struct {
	h      *Handler
	place  *place
	memory *admission.Reservation
	room   int64 // of data at first
	data   []byte
	header *codec.Header
	seen   *inspector
}

// lengthOf returns about how many bytes r has, or 0 if that is not known.
func lengthOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }: // bytes.Reader
		return int64(r.Len())
	case interface{ Size() int64 }: // multipart.File
		return r.Size()
	case fs.File:
		if info, err := r.Stat(); err == nil {
			return info.Size()
		}
	}
	return 0
}

// read reads the whole file. The memory is taken as it grows.
func (u *upload) read(ctx context.Context, r io.Reader) error {
	limit := u.h.cfg.MaxSourceBytes
	room := u.room
	if err := u.grow(room); err != nil {
		return err
	}
	buf := make([]byte, 0, room)
	r = &contextReader{ctx: ctx, r: r}
	for {
		if len(buf) == cap(buf) {
			room = min(2*int64(cap(buf)), limit+1)
			if err := u.grow(int64(cap(buf)) + room); err != nil {
				return err
			}
			buf = append(make([]byte, 0, room), buf...)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return &UploadError{
				fmt.Sprintf("too large: the file has more than the limit, %s", megabytes(limit)),
				fmt.Errorf("%w: the file has more than Config.MaxSourceBytes (%d)", ErrTooLarge, limit),
			}
		}
		switch {
		case err == io.EOF:
			u.data = buf
			return nil
		case err != nil:
			return err
		}
	}
}

// grow takes more memory from the account.
func (u *upload) grow(size int64) error {
	if size > u.h.cfg.MaxMemory {
		return fmt.Errorf("%w: it takes %d bytes of memory, more than Config.MaxMemory (%d)", ErrTooLarge, size, u.h.cfg.MaxMemory)
	}
	return u.memory.Await(size, u.place)
}

// inspect looks at the header, plans every preset, and decodes the file.
func (u *upload) inspect(ctx context.Context) (err error) {
	g := u.h.generator
	file := int64(cap(u.data))
	if err := u.grow(min(file+headBytes, u.h.cfg.MaxMemory)); err != nil {
		return err
	}
	if u.header, err = g.engine.Header(codec.WithAccount(ctx, codec.NewAccount(headBytes)), codec.NewBytesReader(ctx, u.data)); err != nil {
		return err
	}
	side := func(limit int) int { return min(256, limit) }
	plan, total, err := g.plan(u.header, order{
		spec: Spec{Size: Size{side(u.h.cfg.MaxWidth), side(u.h.cfg.MaxHeight)}}, processor: processors.Fit{}, encoder: u.seen,
	}, file)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(u.h.cfg.Presets)) {
		preset := u.h.cfg.Presets[name].withDefaults()
		o, err := u.h.order(Spec{Size: preset.Size, Method: preset.Method, Ext: preset.Ext})
		if err != nil {
			return err
		}
		if _, _, err := g.plan(u.header, o, file); err != nil {
			return fmt.Errorf("preset %q: %w", name, err)
		}
	}
	if err := u.grow(total); err != nil {
		return err
	}
	release, err := g.admission.Worker(u.place)
	if err != nil {
		return err
	}
	defer release()
	if err := ctx.Err(); err != nil {
		return err
	}
	return g.engine.Make(codec.WithAccount(ctx, codec.NewAccount(plan.Bytes)), u.data, plan, new(bytes.Buffer), nil)
}

// An inspector is an Encoder that looks at every frame and writes nothing.
type inspector struct {
	colorCounter
	moves bool
}

// Animates implements [processors.Animator].
func (i *inspector) Animates() bool { return i.moves }

// Encode counts the colors of the first frame, and returns the error of a frame that is damaged.
func (i *inspector) Encode(w io.Writer, img image.Image) error {
	if moving, ok := img.(*processors.Animation); ok {
		for _, err := range moving.Frames {
			if err != nil {
				return err
			}
		}
	}
	return i.colorCounter.Encode(w, img)
}

// contentVersion is the version of [Describer.Describe] for a file in memory.
func contentVersion(data []byte) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n", len(data))
	first := min(versionBytes, len(data))
	hash.Write(data[:first])
	hash.Write(data[max(len(data)-versionBytes, first):])
	return hex.EncodeToString(hash.Sum(nil)[:10])
}
