//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

var (
	pictureLink = regexp.MustCompile(`<img src="([^"]+)"`)
	processLine = regexp.MustCompile(`(?m)^ *(\d+)  (.+)$`)
)

func TestOneCommandStartsEverythingAndLeavesNothing(t *testing.T) {
	needReal(t)
	temporary := t.TempDir()
	run := program.Start(t, program.Build(t, "."), []string{"TMPDIR=" + temporary, "THUMBNAIL_WAIT=nonsense"}, "-addr", "127.0.0.1:0", "-workers", "3")
	require.Eventually(t, func() bool { return strings.Contains(run.Output(), "Ctrl-C stops everything.") }, patience, 10*time.Millisecond)
	processes := map[string]int{}
	for _, m := range processLine.FindAllStringSubmatch(run.Output(), -1) {
		pid, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		processes[m[2]] = pid
	}
	require.Len(t, processes, 6, run.Output())

	_, page := fetch(t, run.URL)
	links := pictureLink.FindAllStringSubmatch(page, -1)
	require.Len(t, links, 5*16, "five photos of the source")
	for _, m := range links[:10] {
		status, body := fetch(t, strings.TrimSuffix(run.URL, "/")+m[1])
		require.Equal(t, http.StatusOK, status, body)
	}
	made, err := filepath.Glob(filepath.Join(temporary, "cluster-*", "s3", thumbsBucket, "animals", "dogs.jpg", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, made, "the thumbnails are in the bucket")

	// The other workers continue without one worker, and without Redis.
	require.NoError(t, syscall.Kill(processes["worker 2"], syscall.SIGKILL))
	require.NoError(t, syscall.Kill(processes["redis"], syscall.SIGKILL))
	require.Eventually(t, func() bool { return strings.Contains(run.Output(), "worker 2: ended by itself") }, patience, 10*time.Millisecond)
	for _, m := range links[10:20] {
		status, body := fetch(t, strings.TrimSuffix(run.URL, "/")+m[1])
		require.Equal(t, http.StatusOK, status, body)
	}

	run.Stop(t)
	for name, pid := range processes {
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "%s lives", name)
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestASignalDuringTheStartLeavesNothing(t *testing.T) {
	needReal(t)
	binary := program.Build(t, ".")
	for _, after := range []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second} {
		temporary := t.TempDir()
		status, stderr := interrupt(t, binary, temporary, after)
		require.Zero(t, status, "%v: %s", after, stderr)
		left, err := os.ReadDir(temporary)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	binary := program.Build(t, ".")
	_, stderr, status := program.Run(t, binary, []string{"PATH=" + justGo(t)})
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "there is no redis-server: apt install redis-server")
	for _, args := range []string{"-workers 0", "-workers many", "-adr x", "now"} {
		_, stderr, status := program.Run(t, binary, nil, strings.Fields(args)...)
		require.Equal(t, 2, status, args)
		require.Contains(t, stderr, "-workers")
	}
	_, stderr, status = program.Run(t, binary, nil, "-help")
	require.Zero(t, status)
	require.Contains(t, stderr, "-workers")
}

func TestAnAddressThatIsTakenIsSaid(t *testing.T) {
	needReal(t)
	temporary := t.TempDir()
	_, stderr, status := program.Run(t, program.Build(t, "."), []string{"TMPDIR=" + temporary}, "-addr", listener(t).String())
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "address already in use")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}

// fetch requests a URL over a new connection.
func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	resp, err := client.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// interrupt starts the program and sends SIGTERM after a while. It returns the exit status and the output
// to stderr.
func interrupt(t *testing.T, binary, temporary string, after time.Duration) (status int, stderr string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(binary, "-addr", "127.0.0.1:0")
	cmd.Env = environment("TMPDIR=" + temporary)
	cmd.Stderr = &out
	require.NoError(t, cmd.Start())
	time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	_ = cmd.Wait() // the exit status has the result
	return cmd.ProcessState.ExitCode(), out.String()
}

// justGo returns a PATH with only the go command.
func justGo(t *testing.T) string {
	t.Helper()
	command, err := exec.LookPath("go")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(command, filepath.Join(dir, "go")))
	return dir
}

// listener occupies a port for the duration of the test.
func listener(t *testing.T) net.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr()
}
