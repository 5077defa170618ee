//go:build !wasm2go

package avif

import (
	"bytes"
	"image"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	gen2brain "github.com/gen2brain/avif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heap is how many bytes of Go's heap are in use. Without garbage, if it is settled.
func heap(settled bool) uint64 {
	if settled {
		for range 3 { // sync.Pool keeps for two collections
			runtime.GC()
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestFiftyAtOnceTakeTheMemoryOfTwoAndGiveItBack(t *testing.T) {
	if gen2brain.Dynamic() == nil {
		t.Skip("the system's library has its memory from elsewhere")
	}
	require.NoError(t, Start())
	defer func(old chan struct{}) { instances = old }(instances)
	instances = make(chan struct{}, 2)

	before, goroutines := heap(true), runtime.NumGoroutine()
	var most atomic.Uint64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			var b bytes.Buffer
			assert.NoError(t, Encoder{}.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 150))))
			_, err := Decode(&b)
			assert.NoError(t, err)
			for now := heap(false); ; {
				if old := most.Load(); now <= old || most.CompareAndSwap(old, now) {
					break
				}
			}
		})
	}
	wg.Wait()
	const each = 6 << 20 // to encode 200×150 pixels
	assert.Less(t, most.Load(), before+50*each/3, "most of which is garbage")
	assert.Less(t, heap(true), before+each/2, "given back")
	assert.Equal(t, goroutines, runtime.NumGoroutine())
}
