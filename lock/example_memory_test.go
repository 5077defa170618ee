package lock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// A single process needs only this lock, which is the default of a handler.
func ExampleNewMemory() {
	locks := lock.NewMemory()
	ctx := context.Background()
	unlock, ok, err := locks.TryLock(ctx, "kitten.jpg", 10*time.Second)
	fmt.Println(ok, err)
	_, ok, err = locks.TryLock(ctx, "kitten.jpg", 10*time.Second)
	fmt.Println(ok, err)
	fmt.Println(unlock())
	// Output:
	// true <nil>
	// false <nil>
	// <nil>
}
