package front

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// Process is a program that runs.
type Process struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{} // closed when err is set
	err   error
}

// start runs a command in a process group of its own: Ctrl-C in a terminal reaches this program
// alone, which then ends the others in their order.
func start(name string, cmd *exec.Cmd) (*Process, error) {
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second // for what the program's own children hold open
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

// Ended is closed when the program has ended by itself or by Stop.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop asks the program to end (SIGTERM), waits until it has, and makes it (SIGKILL) if it takes
// too long. It may be called more than once.
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
