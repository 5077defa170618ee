package engine

import (
	"bytes"
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An output appends to a buffer and takes the buffer's growth from the account, because a file may have more
// bytes than its picture has pixels.
type output struct {
	account *codec.Account
	w       *bytes.Buffer
	start   int
	taken   int64
}

func newOutput(ctx context.Context, w *bytes.Buffer) *output {
	return &output{account: codec.AccountOf(ctx), w: w, start: w.Len()}
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	if need := o.w.Len() + len(p); need > o.w.Cap() && need > codec.Free {
		if err := o.grow(need); err != nil {
			return 0, err
		}
	}
	return o.w.Write(p)
}

// grow enlarges the buffer to need bytes and a quarter more.
func (o *output) grow(need int) error {
	size := int64(need + need/4)
	if err := o.account.Take(size); err != nil {
		return err
	}
	b := make([]byte, o.w.Len(), size)
	copy(b, o.w.Bytes())
	*o.w = *bytes.NewBuffer(b)
	o.account.Give(o.taken)
	o.taken = size
	return nil
}

// len returns the number of bytes written.
func (o *output) len() int { return o.w.Len() - o.start }

// head returns the first bytes, by which a format is recognized.
func (o *output) head() []byte { return o.w.Bytes()[o.start:][:min(o.len(), headBytes)] }

// restart drops what has been written.
func (o *output) restart() { o.w.Truncate(o.start) }

// close gives the memory back to the account. The buffer belongs to the caller.
func (o *output) close() { o.account.Give(o.taken) }
