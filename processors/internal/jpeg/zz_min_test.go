package jpeg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

func TestMin(t *testing.T) {
	if os.Getenv("MIN") == "" {
		t.Skip()
	}
	runtime.LockOSThread()
	iters, _ := strconv.Atoi(os.Getenv("MIN"))
	for _, p := range filepath.SplitList(os.Getenv("JPEG_BENCH")) {
		data, _ := os.ReadFile(p)
		line := fmt.Sprintf("%-14s", filepath.Base(p))
		for _, s := range strings.Split(os.Getenv("SCALES"), ",") {
			n, _ := strconv.Atoi(s)
			var d Decoder
			best := time.Hour
			for i := 0; i < iters; i++ {
				st := cpu()
				d.Decode(context.Background(), data, Options{Scale: n})
				best = min(best, cpu()-st)
			}
			line += fmt.Sprintf("  %d: %6.2f", n, float64(best.Microseconds())/1000)
		}
		fmt.Println(line)
	}
}

func cpu() time.Duration {
	var ts syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

var _ = runtime.LockOSThread
