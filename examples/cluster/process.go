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

// patience is how long a program may take to start, or to stop when it is asked to.
const patience = 30 * time.Second

// A process is a program that was started.
type process struct {
	name   string
	cmd    *exec.Cmd
	quit   syscall.Signal // asks it to finish and end
	exited chan struct{}  // closed when err is set
	err    error
}

// launch starts a program. Each line of its output goes to tell. It has a process group of its own:
// Ctrl-C in the terminal does not reach it, so that we stop one after the other.
func launch(name string, quit syscall.Signal, cmd *exec.Cmd, tell func(line string)) (*process, error) {
	output := &lines{tell: tell}
	cmd.Stdout, cmd.Stderr = output, output // of one writer, so never both at once
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for those that it has started and that still write
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

// alive reports whether the process has not ended by itself.
func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// stop asks the process to end, and kills it, with those it has started, when it does not or when
// hurry ends.
func (p *process) stop(hurry context.Context) {
	if p.alive() {
		_ = p.cmd.Process.Signal(p.quit)
		_ = p.cmd.Process.Signal(syscall.SIGCONT) // somebody may have stopped it, to see what happens
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

// kill is kill -9 for the process and those it has started.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// lines cuts what is written to it into lines.
type lines struct {
	mu   sync.Mutex
	tell func(line string)
	rest []byte
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
		l.tell(string(line))
		l.rest = rest
	}
}
