package engine

import (
	"bytes"
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An output appends to a buffer whose growth is taken from the account: an encoder may write more
// than its picture has pixels.
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

// grow makes room for need bytes and a quarter more.
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

// len is how many bytes have been written.
func (o *output) len() int { return o.w.Len() - o.start }

// head is what a format is recognized by.
func (o *output) head() []byte { return o.w.Bytes()[o.start:][:min(o.len(), headBytes)] }

// restart drops what has been written.
func (o *output) restart() { o.w.Truncate(o.start) }

// close gives back what was taken: the buffer is the caller's.
func (o *output) close() { o.account.Give(o.taken) }
