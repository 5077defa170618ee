//go:build !wasm2go

package avif

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime/debug"
	"slices"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/isobmff"
)

// github.com/gen2brain/avif makes an instance of its WebAssembly for every picture, and lets the
// garbage collector have the memory afterwards: for a thumbnail that is 15 MB (decoding) or 36 MB
// (encoding), as it grows in steps, and a fifth of the time. It has no option for that, but its
// runtime is a variable, and of an interface type. So here is one that hands out the memory of
// earlier instances, and bounds it. It applies to the one version that it was written for, and to
// all users of that package.
//
//go:linkname start github.com/gen2brain/avif.initOnce
var start func()

//go:linkname machine github.com/gen2brain/avif.rt
var machine wazero.Runtime

func init() { // before anyone can have called start
	if start == nil || !known() {
		return
	}
	original := start
	start = sync.OnceFunc(func() {
		original()
		machine = reusing{machine}
	})
}

// known reports whether the program has the version that this was written for. The program of a
// test does not say.
func known() bool {
	info, ok := debug.ReadBuildInfo()
	return !ok || !slices.ContainsFunc(info.Deps, func(m *debug.Module) bool {
		return m.Path == "github.com/gen2brain/avif" && (m.Version != "v0.6.0" || m.Replace != nil)
	})
}

// reusing is a runtime whose instances have memory from a pool.
type reusing struct{ wazero.Runtime }

func (r reusing) InstantiateModule(ctx context.Context, compiled wazero.CompiledModule, config wazero.ModuleConfig) (api.Module, error) {
	m := pool.Get().(*memory)
	m.reset()
	mod, err := r.Runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, m), compiled, config)
	if err != nil {
		return nil, err
	}
	return &instance{mod, m}, nil
}

type instance struct {
	api.Module
	memory *memory
}

// Close is the last call. Only then the memory is another's, not when the WebAssembly ends itself.
func (i *instance) Close(ctx context.Context) error {
	err := i.Module.Close(ctx)
	if i.memory != nil {
		i.memory.empty()
		pool.Put(i.memory)
		i.memory = nil
	}
	return err
}

func (i *instance) Memory() api.Memory { return view{i.Module.Memory(), i.memory} }

func (i *instance) ExportedFunction(name string) api.Function {
	f := i.Module.ExportedFunction(name)
	if name == "malloc" {
		return malloc{f, i.Module.Memory()}
	}
	return f
}

// malloc marks what it allocates, so that it is seen what has never been written: where there is no
// picture in the pixels of a file, its functions return as if there were, and leave the duration
// alone (decode) or the size of the file (encode).
type malloc struct {
	api.Function
	memory api.Memory
}

const unwritten = math.MaxUint64

var errMemory = errors.New("out of memory: it takes more than 4 GiB, or than the header announces")

func (f malloc) Call(ctx context.Context, size ...uint64) ([]uint64, error) {
	at, err := f.Function.Call(ctx, size...)
	if err != nil {
		return nil, err
	}
	if at[0] == 0 {
		return nil, errMemory
	}
	f.memory.WriteUint64Le(uint32(at[0]), unwritten) // it allocates 16 bytes at least
	return at, nil
}

// A view is an instance's memory as it is seen from outside.
type view struct {
	api.Memory
	memory *memory
}

// Read copies: what it returns is used when the instance has been closed.
func (v view) Read(offset, n uint32) ([]byte, bool) {
	b, ok := v.Memory.Read(offset, n)
	return bytes.Clone(b), ok
}

// ReadUint64Le fails where nothing has been written.
func (v view) ReadUint64Le(offset uint32) (uint64, bool) {
	n, ok := v.Memory.ReadUint64Le(offset)
	return n, ok && n != unwritten
}

// Write is how a file or pixels go in. It bounds the memory that a file can take, which may have
// more pixels than its header says.
func (v view) Write(offset uint32, b []byte) bool {
	if p, err := isobmff.Read(bytes.NewReader(b)); err == nil {
		v.memory.prepareDecode(p, len(b))
	} else {
		v.memory.prepareEncode(len(b))
	}
	return v.Memory.Write(offset, b)
}
