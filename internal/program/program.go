// Package program builds and runs the programs of this repository, for their tests.
package program

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is the time limit for the start and the stop of a program, on a machine that is busy compiling.
const patience = 5 * time.Minute

// binaries are the paths of the compiled programs, by directory, until Main returns.
var binaries = struct {
	sync.Mutex
	folder string
	paths  map[string]string
}{paths: map[string]string{}}

// Main runs the tests of a package. Call it in TestMain: it removes the programs that Build has compiled.
func Main(m *testing.M) int {
	folder, err := os.MkdirTemp("", "programs-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	binaries.folder = folder
	return m.Run()
}

// Build compiles the package in a directory relative to the test's, once for all tests, and returns the
// path of the binary. It needs [Main], and a Unix system, because programs are stopped by SIGTERM.
func Build(t testing.TB, dir string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the test ends programs with SIGTERM, which Windows does not have")
	}
	binaries.Lock()
	defer binaries.Unlock()
	if path, ok := binaries.paths[dir]; ok {
		return path
	}
	path := filepath.Join(binaries.folder, fmt.Sprintf("%d-%s", len(binaries.paths), filepath.Base(dir)))
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	binaries.paths[dir] = path
	return path
}

// A Server is a running program that has printed its address.
type Server struct {
	URL string // the printed address, such as "http://127.0.0.1:41234/"

	cmd    *exec.Cmd
	output *output
	exited chan struct{} // closed when err is set
	err    error
}

// Start runs a binary with additional environment variables ("NAME=value"; may be nil), and returns when it
// has printed its address. At the end of the test it is killed if it still runs.
func Start(t testing.TB, binary string, env []string, args ...string) *Server {
	t.Helper()
	s := &Server{cmd: exec.Command(binary, args...), output: &output{}, exited: make(chan struct{})}
	s.cmd.Env = append(environment(), env...)
	s.cmd.Stderr = s.output
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.exited
		if t.Failed() {
			t.Logf("%s %s wrote:\n%s", filepath.Base(binary), strings.Join(args, " "), s.Output())
		}
	})

	address := make(chan string, 1)
	go func() {
		defer close(s.exited)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			fmt.Fprintln(s.output, lines.Text())
			if url := regexp.MustCompile(`http://\S+`).FindString(lines.Text()); url != "" {
				select {
				case address <- url:
				default:
				}
			}
		}
		s.err = s.cmd.Wait()
	}()
	select {
	case s.URL = <-address:
	case <-s.exited:
		require.FailNow(t, "the program ended without telling an address", "%v\n%s", s.err, s.Output())
	case <-time.After(patience):
		require.FailNow(t, "the program printed no address", "%s", s.Output())
	}
	return s
}

// environment returns the environment of the test without the variables of the programs' flags.
func environment() (env []string) {
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "THUMBNAIL_") {
			env = append(env, variable)
		}
	}
	return env
}

// Output returns the output of the program so far, stdout and stderr.
func (s *Server) Output() string { return s.output.String() }

// Terminate sends SIGTERM, and does not wait.
func (s *Server) Terminate(t testing.TB) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
}

// HangUp tells the program that its terminal is closed.
func (s *Server) HangUp(t testing.TB) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
}

// Stop terminates the program and requires that it exits with status 0.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.Terminate(t)
	s.Wait(t)
}

// Wait requires that the program exits with status 0.
func (s *Server) Wait(t testing.TB) {
	t.Helper()
	select {
	case <-s.exited:
		require.NoError(t, s.err, "%s", s.Output())
	case <-time.After(patience):
		require.FailNow(t, "the program does not end", "%s", s.Output())
	}
}

// Run runs a binary to its end, and returns its output and exit status.
func Run(t testing.TB, binary string, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Env = append(environment(), env...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Start())
	hung := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer hung.Stop()
	_ = cmd.Wait() // the exit status has the result
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// output is a buffer that several goroutines may write to.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

var _ io.Writer = (*output)(nil)

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
