package codec

import (
	"context"
	"fmt"
)

// A Meter counts the work of a loop whose length depends on the file. It checks the context once per
// 64 Ki units and stops work that exceeds the limit. A unit is one byte of input, 16 bytes of output,
// or other work of the same cost.
//
// A Meter is for one goroutine.
type Meter struct {
	ctx   context.Context
	left  int64 // units until the context is checked again
	total int64 // units that may still be spent
}

const meterStep = 64 << 10

// NewMeter returns a meter that allows limit units in total.
func NewMeter(ctx context.Context, limit int64) *Meter {
	return &Meter{ctx: ctx, total: limit}
}

// Output adds the work of n bytes of output. A call is at least one unit, however short a row of pixels is.
func (m *Meter) Output(n int) error { return m.Spend(1 + int64(n)/16) }

// Spend adds n units of work, before or after the work is done. It returns the error of the context
// once the context has ended, and an error that matches [ErrTooLarge] once the limit is exceeded.
func (m *Meter) Spend(n int64) error {
	m.left -= n
	if m.left > 0 {
		return nil
	}
	if err := m.ctx.Err(); err != nil {
		return err
	}
	m.total -= meterStep - m.left
	if m.total < 0 {
		return fmt.Errorf("%w: decoding takes more work than a file of this size may need", ErrTooLarge)
	}
	m.left = meterStep
	return nil
}
