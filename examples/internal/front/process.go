package front

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// A Process is a running program.
type Process struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{} // closed when err is set
	err   error
}

// start runs a command in its own process group. Ctrl-C in a terminal then reaches only this program, which
// stops the others in order.
func start(name string, cmd *exec.Cmd) (*Process, error) {
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second // for child processes that keep the output open
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{name: name, cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		if p.err = cmd.Wait(); p.err == nil {
			p.err = errors.New("exit status 0")
		}
	}()
	return p, nil
}

// Ended returns a channel that is closed when the program has ended, by itself or by Stop.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// PID returns the process ID.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop sends SIGTERM, waits for the program to end, and sends SIGKILL if that takes too long. It may be
// called more than once.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
	}
	killGroup(p.cmd)
	<-p.ended
	return fmt.Errorf("%s did not end and was killed", p.name)
}
