package thumbnail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A Describer makes the [Info] of originals. The zero value reads only the header of an original and, for
// the version, its first and last 64 KiB. Any number of goroutines may use a Describer at once.
type Describer struct {
	Formats []processors.Format // as Config.Formats

	// Color also computes the dominant color. For that, the original is read and decoded at a reduced size.
	Color bool
	// FromStat computes the version with [VersionOf], from the file's entity tag or modification time,
	// instead of from its content.
	FromStat bool

	MaxSourceBytes int64 // limits the size of a file that has to be read whole, in bytes; default 64 MiB
	MaxMemory      int64 // limits the memory for decoding, in bytes; default 256 MiB
}

// Describe calls [Describer.Describe] on the zero Describer.
func Describe(ctx context.Context, source Source, name string) (Info, error) {
	return Describer{}.Describe(ctx, source, name)
}

// Describe returns the [Info] of the original called name: its upright size, a version that changes with
// its content and, if Color is set, its dominant color. Focus is always zero. The error matches
// [fs.ErrNotExist], [ErrFormat], [ErrCorrupt], [ErrTooLarge] or the context's error, or it is another error
// of the source.
//
// The version is the beginning of a SHA-256 hash of the file's length and its first and last 64 KiB. A
// change in the middle of a file that keeps the length is therefore not detected. An editor that saves a
// picture again hardly ever makes such a change.
func (d Describer) Describe(ctx context.Context, source Source, name string) (info Info, err error) {
	f, err := source.Open(ctx, name)
	if err == nil && f == nil {
		err = errNoFile
	}
	if err != nil {
		return Info{}, fmt.Errorf("thumbnail: describe %q: %w", name, err)
	}
	defer f.Close()
	if info, err = d.describe(ctx, f); err != nil {
		return Info{}, fmt.Errorf("thumbnail: describe %q: %w", name, err)
	}
	return info, nil
}

func (d Describer) describe(ctx context.Context, f fs.File) (Info, error) {
	e, err := engine.New(d.Formats, false)
	if err != nil {
		return Info{}, err
	}
	ctx = codec.WithAccount(ctx, codec.NewAccount(orElse(d.MaxMemory, 256<<20)))
	r, seeks := seekable(f).(io.ReadSeeker)
	var data []byte
	if !seeks || d.Color {
		if data, err = readBounded(ctx, f, orElse(d.MaxSourceBytes, 64<<20)); err != nil {
			return Info{}, err
		}
		r = bytes.NewReader(data)
	}
	h, err := e.Header(ctx, codec.NewReader(ctx, r, true))
	if err != nil {
		return Info{}, err
	}
	size := h.Size()
	info := Info{Width: size.X, Height: size.Y}
	if info.Version, err = d.version(f, r); err != nil {
		return Info{}, err
	}
	if d.Color {
		info.Color, err = dominantColor(ctx, e, h, data)
	}
	return info, err
}

func orElse(n, otherwise int64) int64 {
	if n > 0 {
		return n
	}
	return otherwise
}

// readBounded reads a whole file.
func readBounded(ctx context.Context, f io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(&contextReader{ctx: ctx, r: f}, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return data, err
}

// contextReader reads until its context is done, or r has returned nothing more than a hundred times in a row.
type contextReader struct {
	ctx  context.Context
	r    io.Reader
	idle int
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	switch {
	case n > 0 || err != nil:
		r.idle = 0
	case r.idle == 100:
		return 0, io.ErrNoProgress
	default:
		r.idle++
	}
	return n, err
}

// versionBytes is the number of bytes at each end of a file that its version covers.
const versionBytes = 64 << 10

func (d Describer) version(f fs.File, r io.ReadSeeker) (string, error) {
	if d.FromStat {
		info, err := f.Stat()
		if err != nil {
			return "", err
		}
		if v := VersionOf(info); v != "" {
			return v, nil
		}
	}
	length, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n", length)
	for _, part := range []struct{ at, n int64 }{{0, versionBytes}, {max(length-versionBytes, min(versionBytes, length)), versionBytes}} {
		if _, err := r.Seek(part.at, io.SeekStart); err != nil {
			return "", err
		}
		if _, err := io.CopyN(hash, r, part.n); err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:10]), nil
}

// dominantColor decodes a picture as small as it can and returns the color of the largest group of
// similar pixels, as "#rrggbb".
func dominantColor(ctx context.Context, e *engine.Engine, h *codec.Header, data []byte) (string, error) {
	var seen colorCounter
	plan, err := e.Plan(h, engine.Request{Processor: processors.Fit{}, Encoder: &seen, Width: 32, Height: 32})
	if err != nil {
		return "", err
	}
	if err := e.Make(ctx, data, plan, new(bytes.Buffer), nil); err != nil {
		return "", err
	}
	return seen.dominant(), nil
}

// A colorCounter is an Encoder that counts the colors of a picture, 8 levels of each sample.
type colorCounter struct{ groups [512]colorGroup }

type colorGroup struct{ n, r, g, b int }

// Encode counts and writes nothing.
func (c *colorCounter) Encode(_ io.Writer, img image.Image) error {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b, a := img.At(x, y).RGBA()
			if a < 0x8000 {
				continue // transparent: the page is visible
			}
			r, g, b = min(r*0xffff/a, 0xffff)>>8, min(g*0xffff/a, 0xffff)>>8, min(b*0xffff/a, 0xffff)>>8
			group := &c.groups[r>>5<<6|g>>5<<3|b>>5]
			group.n++
			group.r += int(r)
			group.g += int(g)
			group.b += int(b)
		}
	}
	return nil
}

// dominant returns the mean of the largest group, or "" if there is none.
func (c *colorCounter) dominant() string {
	most := &c.groups[0]
	for i := range c.groups {
		if c.groups[i].n > most.n {
			most = &c.groups[i]
		}
	}
	if most.n == 0 {
		return ""
	}
	mean := func(sum int) int { return (sum + most.n/2) / most.n }
	return fmt.Sprintf("#%02x%02x%02x", mean(most.r), mean(most.g), mean(most.b))
}
