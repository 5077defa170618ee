package codec

import (
	"context"
	"fmt"
	"sync/atomic"
)

// An Account limits the memory that one generation may use, in bytes. Code that allocates more than
// [Free] bytes takes them from the account first. So the limit holds whatever a file declares.
//
// A nil *Account has no limit. Any number of goroutines may use an Account at once.
type Account struct {
	limit int64
	used  atomic.Int64
	peak  atomic.Int64
}

// Free is the size in bytes up to which an allocation, such as a small table or a header, need not be
// taken from an account. A loop that makes many small allocations takes their sum.
const Free = 64 << 10

// FileBytes returns the peak memory, in bytes, of a buffer to which a file of n bytes is written. The buffer grows by a
// quarter, and the old and the new buffer exist together while the content is copied.
func FileBytes(n int64) int64 { return n + n + n/4 + 16<<10 }

// NewAccount returns an account of limit bytes.
func NewAccount(limit int64) *Account { return &Account{limit: limit} }

// Take takes n bytes. If fewer than n bytes are left, Take takes none and its error matches [ErrTooLarge].
func (a *Account) Take(n int64) error {
	if a == nil || n == 0 {
		return nil
	}
	if n < 0 {
		return fmt.Errorf("%w: an allocation of %d bytes", ErrTooLarge, n)
	}
	for {
		used := a.used.Load()
		if n > a.limit-used {
			return fmt.Errorf("%w: %d bytes of memory are needed, and %d of %d are left", ErrTooLarge, n, a.limit-used, a.limit)
		}
		if a.used.CompareAndSwap(used, used+n) {
			a.raisePeak(used + n)
			return nil
		}
	}
}

func (a *Account) raisePeak(used int64) {
	for {
		peak := a.peak.Load()
		if used <= peak || a.peak.CompareAndSwap(peak, used) {
			return
		}
	}
}

// Give returns n taken bytes to the account. Call it once nothing refers to that memory anymore.
func (a *Account) Give(n int64) {
	if a != nil {
		a.used.Add(-n)
	}
}

// Used returns the number of bytes that are taken now, and Peak the largest number so far.
func (a *Account) Used() int64 {
	if a == nil {
		return 0
	}
	return a.used.Load()
}

// Peak returns the largest number of bytes that were taken at one time.
func (a *Account) Peak() int64 {
	if a == nil {
		return 0
	}
	return a.peak.Load()
}

type accountKey struct{}

// WithAccount returns a context that carries a. The context carries the account because interfaces such
// as Processor have no other parameter for it. Functions that decode, resample or encode call [AccountOf].
func WithAccount(ctx context.Context, a *Account) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

// AccountOf returns the account that ctx carries, or nil.
func AccountOf(ctx context.Context) *Account {
	a, _ := ctx.Value(accountKey{}).(*Account)
	return a
}

// Make allocates n elements of the given size in bytes, and takes them from the account of ctx.
func Make[T any](ctx context.Context, n int, size int64) ([]T, error) {
	if n < 0 || int64(n) > (1<<62)/max(size, 1) {
		return nil, fmt.Errorf("%w: an allocation of %d elements", ErrTooLarge, n)
	}
	if bytes := int64(n) * size; bytes > Free {
		if err := AccountOf(ctx).Take(bytes); err != nil {
			return nil, err
		}
	}
	return make([]T, n), nil
}

// Bytes allocates n bytes, and takes them from the account of ctx.
func Bytes(ctx context.Context, n int) ([]byte, error) { return Make[byte](ctx, n, 1) }
