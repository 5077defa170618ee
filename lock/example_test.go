package lock_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// Two workers on one host share a directory of lock files. It is neither the directory of the originals nor
// that of the thumbnails.
func ExampleNewFile() {
	dir := filepath.Join(os.TempDir(), "thumbnail-locks")
	defer os.RemoveAll(dir)
	worker, err := lock.NewFile(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	another, err := lock.NewFile(dir) // another process would do this
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	unlock, ok, err := worker.TryLock(ctx, "kitten.jpg", 10*time.Second)
	fmt.Println("worker:", ok, err)
	_, ok, err = another.TryLock(ctx, "kitten.jpg", 10*time.Second)
	fmt.Println("another:", ok, err)
	time.AfterFunc(50*time.Millisecond, func() { unlock() })
	fmt.Println("another has waited:", another.Wait(ctx, "kitten.jpg"))
	// Output:
	// worker: true <nil>
	// another: false <nil>
	// another has waited: <nil>
}
