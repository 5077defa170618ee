package front

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// patience is the time limit for the start and the stop of a program, on a busy machine.
const patience = time.Minute

// Start runs the web server until [Process.Stop], and writes its messages to log. It returns when the
// server listens.
func (k Kind) Start(s Site, log io.Writer) (*Process, error) {
	program, err := k.Find()
	if err != nil {
		return nil, err
	}
	user, group := worker()
	site, around, err := k.fill(s, user, group)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(s.Dir, "main.conf")
	for name, content := range map[string]string{file: around, filepath.Join(s.Dir, "site.conf"): site} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	if os.Geteuid() != 0 {
		user = ""
	}
	cmd := exec.Command(program, k.Args(file, user)...)
	cmd.Env = append(os.Environ(), "HOME="+s.Dir, "XDG_DATA_HOME="+s.Dir, "XDG_CONFIG_HOME="+s.Dir)
	cmd.Stdout, cmd.Stderr = log, log
	return Listen(k.Name, cmd, s.Address)
}

// Listen starts a program, and returns when it listens at an address, which must be free.
func Listen(name string, cmd *exec.Cmd, address string) (*Process, error) {
	probe, err := net.Listen("tcp", address) // a process that already listens there would be mistaken for the program
	if err != nil {
		return nil, err
	}
	if err := probe.Close(); err != nil {
		return nil, err
	}
	p, err := start(name, cmd)
	if err != nil {
		return nil, err
	}
	if err := p.listens(address); err != nil {
		_ = p.Stop()
		return nil, err
	}
	return p, nil
}

// listens waits until a process listens at an address, or until the process has ended.
func (p *Process) listens(address string) error {
	limit := time.After(patience)
	for {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			return conn.Close()
		}
		select {
		case <-p.Ended():
			return fmt.Errorf("%s ended at once: %w", p.name, p.err)
		case <-limit:
			return fmt.Errorf("%s does not listen at %s", p.name, address)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// FreeAddress returns an address of this machine at which no process listens.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
