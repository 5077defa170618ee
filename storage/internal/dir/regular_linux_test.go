package dir

import (
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openBoth opens a file of n bytes by a Dir and by package os.
func openBoth(t *testing.T, n int) (*regularFile, *os.File) {
	t.Helper()
	d, root := newTestDir(t)
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i * 31 >> 3)
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "k"), content, 0o640))
	f, err := d.Open(t.Context(), "k")
	require.NoError(t, err)
	reference, err := os.Open(filepath.Join(root, "k"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close(); _ = reference.Close() })
	return f.(*regularFile), reference
}

func TestAFileOfADirReadsAndSeeksLikeOneOfTheOperatingSystem(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	for range 300 {
		size := random.IntN(3000)
		f, reference := openBoth(t, size)
		for range 30 {
			offset, buffer := int64(random.IntN(4000)-500), random.IntN(700)
			a, b := make([]byte, buffer), make([]byte, buffer)
			var n, m int
			var to, at int64
			var err, want error
			switch what := random.IntN(4); what {
			case 0:
				n, err = f.Read(a)
				m, want = reference.Read(b)
			case 1:
				n, err = f.ReadAt(a, offset)
				m, want = reference.ReadAt(b, offset)
			default:
				whence := random.IntN(3)
				to, err = f.Seek(offset, whence)
				at, want = reference.Seek(offset, whence)
			}
			require.Equal(t, want == nil, err == nil, "%v, not %v", err, want)
			require.Equal(t, want == io.EOF, err == io.EOF)
			require.Equal(t, at, to)
			require.Equal(t, m, n)
			require.True(t, bytes.Equal(a, b))
		}
		rest, err := io.ReadAll(f)
		require.NoError(t, err)
		other, err := io.ReadAll(reference)
		require.NoError(t, err)
		require.True(t, bytes.Equal(rest, other))
		info, err := f.Stat()
		require.NoError(t, err)
		same, err := reference.Stat()
		require.NoError(t, err)
		require.Equal(t, []any{same.Name(), same.Size(), same.Mode(), same.ModTime(), same.IsDir()},
			[]any{info.Name(), info.Size(), info.Mode(), info.ModTime(), info.IsDir()})
		is, known := info.(*statInfo).SameFile(same)
		require.True(t, is && known)
		require.NoError(t, f.Close())
		require.NoError(t, reference.Close())
	}
}

func TestAFileIsSentFromWhereItWasSoughtTo(t *testing.T) {
	f, reference := openBoth(t, 100_000)
	want, err := io.ReadAll(reference)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for _, from := range []int64{0, 1, 99_999, 5} {
		received := make(chan []byte)
		go func() {
			conn, err := l.Accept()
			assert.NoError(t, err)
			b, _ := io.ReadAll(conn)
			received <- b
		}()
		conn, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		_, err = f.Seek(0, io.SeekEnd)
		require.NoError(t, err)
		_, err = f.Seek(from, io.SeekStart)
		require.NoError(t, err)
		n, err := io.CopyN(conn, f, int64(len(want))-from)
		require.NoError(t, err)
		assert.Equal(t, int64(len(want))-from, n)
		require.NoError(t, conn.Close())
		assert.True(t, bytes.Equal(want[from:], <-received))
	}
}

func TestAClosedFileOfADirFails(t *testing.T) {
	f, _ := openBoth(t, 10)
	raw, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, stat := f.Stat()
	_, read := f.Read(make([]byte, 1))
	_, readAt := f.ReadAt(make([]byte, 1), 0)
	_, seek := f.Seek(0, io.SeekStart)
	for _, err := range []error{stat, read, readAt, seek, f.Close(), raw.Control(func(uintptr) {}), raw.Read(func(uintptr) bool { return true })} {
		assert.ErrorIs(t, err, fs.ErrClosed)
	}
	assert.Error(t, raw.Write(func(uintptr) bool { return true }))
}

// For several ranges, http.ServeContent reads in a goroutine, and does not wait for it if the client
// disconnects.
func TestAFileThatIsClosedWhileItIsReadIsNeverAnotherFile(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, os.WriteFile(filepath.Join(root, "a"), bytes.Repeat([]byte("a"), 4096), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(root, "b"), bytes.Repeat([]byte("b"), 4096), 0o644))
	for range 300 {
		f, err := d.Open(t.Context(), "a")
		require.NoError(t, err)
		var wg sync.WaitGroup
		wg.Go(func() {
			p := make([]byte, 64)
			for {
				n, err := f.(io.ReaderAt).ReadAt(p, 0)
				if err != nil {
					assert.ErrorIs(t, err, fs.ErrClosed)
					return
				}
				assert.Equal(t, bytes.Repeat([]byte("a"), n), p[:n])
			}
		})
		require.NoError(t, f.Close())
		other, err := d.Open(t.Context(), "b") // may get the same descriptor number
		require.NoError(t, err)
		wg.Wait()
		require.NoError(t, other.Close())
	}
}

func TestADescriptorIsClosedByTheLastWhoUsesIt(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	fd, err := syscall.Dup(int(w.Fd()))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	d := descriptor{fd: fd}
	require.True(t, d.use())
	require.True(t, d.use())
	require.NoError(t, d.close())
	assert.ErrorIs(t, d.close(), fs.ErrClosed)
	assert.False(t, d.use())
	d.done()
	_, err = syscall.Write(fd, []byte("x"))
	require.NoError(t, err, "still open")
	d.done()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "x", string(b), "the pipe has ended")
}
