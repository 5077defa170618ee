//go:build unix

package main

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"text/template"
)

// nginxConf is the template of the configuration. Its fields depend on the machine.
//
//go:embed nginx.conf
var nginxConf string

// startNginx starts nginx at an address, before the workers, and returns its URL.
func (c *cluster) startNginx(ctx context.Context, address string, workers []string) (url string, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("-addr: %w", err)
	}
	if port == "0" {
		free, err := freeAddress()
		if err != nil {
			return "", err
		}
		_, port, _ = net.SplitHostPort(free)
		address = net.JoinHostPort(host, port)
	}
	// nginx retries for a while to bind a port that is in use, in case it becomes free.
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	_ = l.Close()

	dir, err := os.MkdirTemp(c.dir, "nginx")
	if err != nil {
		return "", err
	}
	conf, err := os.Create(filepath.Join(dir, "nginx.conf"))
	if err != nil {
		return "", err
	}
	defer conf.Close()
	err = template.Must(template.New("nginx.conf").Parse(nginxConf)).Execute(conf, map[string]any{
		"Address": address, "Workers": workers, "Dir": dir, "Root": os.Geteuid() == 0,
	})
	if err != nil {
		return "", err
	}
	if c.front, err = c.launch("nginx", syscall.SIGQUIT, exec.Command(c.nginx, "-e", "stderr", "-c", conf.Name())); err != nil {
		return "", err
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "localhost"
	}
	reachable := net.JoinHostPort(host, port)
	return "http://" + reachable + "/", ready(ctx, c.front, func(context.Context) error { return dial(reachable) })
}
