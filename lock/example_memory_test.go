package lock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// One process needs no more than this. It is the default of a handler.
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
