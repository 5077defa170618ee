package codec

import (
	"context"
	"fmt"
)

// A Meter counts the work of a loop whose length the file decides. It looks at the context once per
// 64 Ki units, and ends work that is out of proportion to what the file holds. A unit is a byte of
// input, or 16 bytes of output, or anything else that costs as much.
//
// A Meter is for one goroutine.
type Meter struct {
	ctx   context.Context
	left  int64 // until the context is looked at
	total int64 // that may still be spent
}

const meterStep = 64 << 10

// NewMeter returns a meter of limit units in all.
func NewMeter(ctx context.Context, limit int64) *Meter {
	return &Meter{ctx: ctx, total: limit}
}

// Spend reports n units of work that were done or are about to be done. It returns the error of the
// context when that has ended, and an error that matches [ErrTooLarge] beyond the limit.
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
		return fmt.Errorf("%w: the file takes more work than one of its size may", ErrTooLarge)
	}
	m.left = meterStep
	return nil
}
