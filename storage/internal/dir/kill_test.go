package dir_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writerEnv is the environment variable with the directory to which a process of this test binary writes
// until it is killed.
const writerEnv = "STORAGE_TEST_WRITER"

func TestMain(m *testing.M) {
	if root := os.Getenv(writerEnv); root != "" {
		writeUntilKilled(root)
	}
	os.Exit(m.Run())
}

// picture returns the content that a process with a number writes under the key: the number repeated, with
// a length that depends on the number, and an end mark.
func picture(n int) []byte {
	return append(bytes.Repeat([]byte{byte(n)}, 20_000+n*3000), "END"...)
}

// isPicture reports whether b is a complete picture.
func isPicture(b []byte) bool { return len(b) > 0 && bytes.Equal(b, picture(int(b[0]))) }

// trickle is a slow reader, so that a Put can be killed in the middle.
type trickle struct{ r *bytes.Reader }

func (t trickle) Read(b []byte) (int, error) {
	time.Sleep(200 * time.Microsecond)
	return t.r.Read(b[:min(len(b), 4096)])
}

func writeUntilKilled(root string) {
	d, err := storage.OpenDir(root)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("writing") // the parent waits for this line
	ctx := context.Background()
	for range 4 {
		go func() {
			for {
				key := fmt.Sprintf("animals/%d.jpg/100x100/crop/%d.jpg", rand.IntN(3), rand.IntN(3))
				err := d.Put(ctx, key, trickle{bytes.NewReader(picture(rand.IntN(50)))})
				if err == nil && rand.IntN(10) == 0 {
					err = d.RemoveAll(ctx, "animals/"+strconv.Itoa(rand.IntN(3))+".jpg")
				}
				if err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
			}
		}()
	}
	select {}
}

// Two processes share the directory. One of them is killed in the middle of a write, 200 times in all, and
// another one starts.
func TestProcessesThatAreKilledLeaveWholePicturesAndTheirTempFilesAreSwept(t *testing.T) {
	root := t.TempDir()
	exe, err := os.Executable()
	require.NoError(t, err)
	var all sync.WaitGroup
	left := make([]int, 2)
	for i := range left {
		all.Go(func() {
			for range 100 {
				left[i] += killOne(t, exe, root)
			}
		})
	}
	all.Wait()

	pictures := 0
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && storage.ValidKey(name) {
			b, err := os.ReadFile(filepath.Join(root, name))
			assert.NoError(t, err)
			assert.True(t, isPicture(b), "%s has %d bytes and is no whole picture", name, len(b))
			pictures++
		}
		return err
	})
	require.NoError(t, err)
	assert.Positive(t, pictures)
	assert.Positive(t, left[0]+left[1], "no process was killed in the middle of a write, so the test shows nothing")

	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, storage.ValidKey(e.Name()), "%q is left though no process lives", e.Name())
	}
}

// killOne starts a writer, kills it after a while, and returns the number of temporary files, including
// those of the other process.
func killOne(t *testing.T, exe, root string) int {
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), writerEnv+"="+root)
	out, err := cmd.StdoutPipe()
	if !assert.NoError(t, err) || !assert.NoError(t, cmd.Start()) {
		return 0
	}
	line := make([]byte, len("writing\n"))
	_, err = out.Read(line)
	assert.NoError(t, err)
	assert.Equal(t, "writing\n", string(line))
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	assert.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	if runtime.GOOS != "windows" { // on Windows the exit code is 1, whether the writer was killed or failed
		assert.Equal(t, -1, cmd.ProcessState.ExitCode(), "the writer ended by itself, before it was killed")
	}
	entries, err := os.ReadDir(root)
	assert.NoError(t, err)
	temps := 0
	for _, e := range entries {
		if !storage.ValidKey(e.Name()) {
			temps++
		}
	}
	return temps
}
