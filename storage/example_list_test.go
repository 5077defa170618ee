package storage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// List the files below a folder. A Dir and a bucket of storage/s3 have the same method.
func ExampleMemory_List() {
	ctx := context.Background()
	m := storage.NewMemory()
	for _, key := range []string{"a/1.jpg", "a/b/2.jpg", "ab/3.jpg"} {
		if err := m.Put(storage.WithoutSync(ctx), key, strings.NewReader("x")); err != nil {
			fmt.Println(err)
		}
	}
	var keys []string
	for e, err := range m.List(ctx, "a") {
		if err != nil {
			fmt.Println(err)
			return
		}
		keys = append(keys, e.Key)
	}
	slices.Sort(keys) // List has no order
	fmt.Println(keys)
	// Output: [a/1.jpg a/b/2.jpg]
}
