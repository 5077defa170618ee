package dir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// BenchmarkPutOfAThumbnail measures a Put without sync, both while another program writes and syncs and without
// such a program: the CPU time, and how long the goroutine waits for anything but a CPU. Both are medians, which
// other load hardly changes. TMPDIR selects the disk.
func BenchmarkPutOfAThumbnail(b *testing.B) {
	var removeAtEnd []string // ext4 is slow to find inodes where many were removed in the last seconds
	defer func() {
		for _, root := range removeAtEnd {
			_ = os.RemoveAll(root)
		}
	}()
	for _, parent := range []string{"/dev/shm", os.TempDir()} {
		for _, busy := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/busy=%v", filepath.Base(parent), busy), func(b *testing.B) {
				root, err := os.MkdirTemp(parent, "bench")
				require.NoError(b, err)
				removeAtEnd = append(removeAtEnd, root)
				d, err := storage.OpenDir(root)
				require.NoError(b, err)
				defer d.Close()
				if busy {
					defer writeAndSync(b.TempDir())()
				}
				benchmarkPuts(b, d)
			})
		}
	}
}

// batch is how many thumbnails are stored between two looks at the clocks.
const batch = 50

func benchmarkPuts(b *testing.B, d *storage.Dir) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, content := storage.WithoutSync(b.Context()), strings.Repeat("0123456789abcdef", 640)
	var used, waited []time.Duration // measured over whole batches, because the kernel counts in steps
	for n := 0; b.Loop(); n++ {
		cpu, queue := threadTimes(b)
		start := time.Now()
		for i := range batch {
			key := fmt.Sprintf("p%d-%d.jpg/200x200/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg", n, i)
			require.NoError(b, d.Put(ctx, key, strings.NewReader(content)))
		}
		took := time.Since(start)
		cpuNow, queueNow := threadTimes(b)
		used = append(used, (cpuNow-cpu)/batch)
		waited = append(waited, (took-(cpuNow-cpu)-(queueNow-queue))/batch)
	}
	b.ReportMetric(0, "ns/op")
	for unit, all := range map[string][]time.Duration{"cpu-µs/put": used, "wait-µs/put": waited} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds()), unit)
	}
}

// threadTimes returns for how long this thread has had a CPU, and for how long it has waited for one.
func threadTimes(b *testing.B) (cpu, queue time.Duration) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/schedstat", syscall.Gettid()))
	require.NoError(b, err)
	fields := strings.Fields(string(text))
	require.Len(b, fields, 3)
	parse := func(s string) time.Duration {
		n, err := strconv.ParseInt(s, 10, 64)
		require.NoError(b, err)
		return time.Duration(n)
	}
	return parse(fields[0]), parse(fields[1])
}

// writeAndSync writes and syncs files in a directory until it is stopped.
func writeAndSync(dir string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		data := make([]byte, 1<<20)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			if f, err := os.Create(filepath.Join(dir, strconv.Itoa(i%8))); err == nil {
				_, _ = f.Write(data)
				_ = f.Sync()
				_ = f.Close()
			}
		}
	}()
	return func() { close(done); <-ended }
}
