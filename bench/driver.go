package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A worker is one side of the comparison: a process that executes the commands that libvips/worker.c
// describes.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// A job describes a thumbnail. H may be 0.
type job struct {
	w, h int
	crop string // none, center, attention
}

// start runs a program with additions to the environment.
func start(program []string, env ...string) (*worker, error) {
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &worker{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// ask sends a command and returns the reply.
func (w *worker) ask(format string, args ...any) (string, error) {
	command := fmt.Sprintf(format, args...)
	if _, err := fmt.Fprintln(w.in, command); err != nil {
		return "", err
	}
	line, err := w.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", w.cmd.Path, command, err)
	}
	return strings.TrimSpace(line), nil
}

// command sends a command whose reply is ok.
func (w *worker) command(format string, args ...any) error {
	answer, err := w.ask(format, args...)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("%s: %s: %s", w.cmd.Path, fmt.Sprintf(format, args...), answer)
	}
	return err
}

func (w *worker) load(path string) error { return w.command("load %s", path) }

// set sets the job of later calls of run; output is picture or jpeg.
func (w *worker) set(j job, output string) error {
	return w.command("job %d %d %s %s", j.w, j.h, j.crop, output)
}

// run does the job n times, with the given number of threads.
func (w *worker) run(n, workers int) (cpu, wall time.Duration, err error) {
	answer, err := w.ask("run %d %d", n, workers)
	if err != nil {
		return 0, 0, err
	}
	var c, t int64
	_, err = fmt.Sscanf(answer, "%d %d", &c, &t)
	return time.Duration(c) * time.Microsecond, time.Duration(t) * time.Microsecond, err
}

// picture returns the result of the job.
func (w *worker) picture() (*sample, error) {
	f, err := os.CreateTemp("", "bench")
	if err != nil {
		return nil, err
	}
	f.Close()
	defer os.Remove(f.Name())
	if err := w.command("save %s", f.Name()); err != nil {
		return nil, err
	}
	return readSample(f.Name())
}

// peak returns the peak resident memory, in KiB.
func (w *worker) peak() (kib int, err error) {
	answer, err := w.ask("peak")
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(answer, "%d", &kib)
	return kib, err
}

func (w *worker) stop() error {
	w.in.Close()
	return w.cmd.Wait()
}
