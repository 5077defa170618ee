//go:build unix

package main

import (
	"bytes"
	"context"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// patience is the time limit for the start and for the orderly end of a program.
const patience = 30 * time.Second

// A process is a started program.
type process struct {
	name   string
	cmd    *exec.Cmd
	quit   syscall.Signal // asks the program to finish and end
	exited chan struct{}  // closed when err is set
	err    error
}

// launch starts a program and calls onLine for each line of its output. The program has its own process
// group, so that Ctrl-C in the terminal does not reach it, and this program stops the processes in order.
func launch(name string, quit syscall.Signal, cmd *exec.Cmd, onLine func(line string)) (*process, error) {
	output := &lines{onLine: onLine}
	cmd.Stdout, cmd.Stderr = output, output // one writer for both, so that writes do not overlap
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for its child processes that still write
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, quit: quit, exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// alive reports whether the process has not yet ended.
func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// stop asks the process to end. It kills the process and its children if they do not end in time, or when
// hurry ends.
func (p *process) stop(hurry context.Context) {
	if p.alive() {
		_ = p.cmd.Process.Signal(p.quit)
		_ = p.cmd.Process.Signal(syscall.SIGCONT) // somebody may have stopped the process by SIGSTOP
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case <-p.exited:
		case <-late.C:
		case <-hurry.Done():
		}
	}
	if !p.alive() && p.err == nil {
		return
	}
	p.kill()
}

// kill sends SIGKILL to the process and its children.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// lines is a writer that splits its input into lines.
type lines struct {
	mu     sync.Mutex
	onLine func(line string)
	rest   []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, b...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		l.onLine(string(line))
		l.rest = rest
	}
}
