//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// module is the module path of the programs.
const module = "github.com/rest-thumbnails/thumbnail"

// programs has the paths of the programs that a cluster runs.
type programs struct {
	redis, nginx, versitygw string
	server                  string // directory of the compiled cmd/thumbnail
}

// findPrograms finds all programs, or returns an error that lists the missing ones and how to install them.
func findPrograms(ctx context.Context) (programs, error) {
	root, err := goList(ctx, "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return programs{}, fmt.Errorf("run it in a checkout of %s: %w", module, err)
	}
	var p programs
	var missing []error
	find := func(path *string, from string, names ...string) {
		for _, name := range names {
			found, err := exec.LookPath(name)
			if err == nil {
				*path = found
				return
			}
		}
		missing = append(missing, fmt.Errorf("there is no %s: %s", filepath.Base(names[0]), from))
	}
	find(&p.redis, "apt install redis-server", "redis-server")
	find(&p.nginx, "apt install nginx", "nginx", "/usr/sbin/nginx") // its directory may be missing from PATH
	tools := filepath.Join(root, "internal", "tools", "build.sh")
	find(&p.versitygw, "sh "+tools+" builds it", filepath.Join(root, ".tools", "bin", "versitygw"), "versitygw")
	if len(missing) > 0 {
		return p, errors.Join(missing...)
	}
	p.server = filepath.Join(root, "cmd", "thumbnail")
	return p, nil
}

// goCommand returns a go command that is interrupted, with its compilers, when ctx ends.
func goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C does not stop the process directly; the end of ctx stops it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = patience
	return cmd
}

func goList(ctx context.Context, args ...string) (string, error) {
	out, err := goCommand(ctx, append([]string{"list"}, args...)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
