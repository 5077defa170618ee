// Package front runs nginx, Apache and Caddy in front of a handler, on loopback and without root,
// with the configurations of the examples: for their programs, and for the tests and measurements
// of them.
package front

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// A Kind is a web server program with a configuration. It is a plain value, so that tests can modify
// copies.
type Kind struct {
	Name    string // displayed name
	Program string // name of the executable
	Install string // the command that installs it on Debian

	// Site is the configuration that users copy, and Main is the rest of the server's configuration. Both
	// contain placeholders such as 127.0.0.1:8080 and /srv/thumbs, which [Kind.Start] replaces by the values
	// of a [Site].
	Site, Main string
	Listen     [2]string // how Site specifies the address to listen on: the placeholder, and its replacement with %s for the address

	// Args returns the arguments with which the program runs in the foreground, with the configuration file in
	// dir. user is the user for its worker processes; "" keeps the default.
	Args func(file, user string) []string
	// Response is the value of the flag -response of the gallery.
	Response string
}

// A Site has the addresses and directories with which a Kind runs.
type Site struct {
	Address string // address to listen on: 127.0.0.1 with a port
	App     string // the handler's host and port
	Thumbs  string // the directory of the thumbnails
	Dir     string // directory for its configuration, logs and sockets; no other Site may use it
}

// ErrNotInstalled is matched by the error for a web server that is not installed.
var ErrNotInstalled = errors.New("not installed")

// Find returns the path of the program. If it is not installed, the error matches [ErrNotInstalled] and
// says how to install it.
func (k Kind) Find() (string, error) {
	path, err := exec.LookPath(k.Program)
	if err != nil {
		// Debian installs servers in a directory that may be missing from PATH.
		if path, err = exec.LookPath("/usr/sbin/" + k.Program); err != nil {
			return "", fmt.Errorf("%s is %w: there is no program %s; on Debian: %s", k.Name, ErrNotInstalled, k.Program, k.Install)
		}
	}
	return path, nil
}

// plainPath matches paths without characters that are special in a configuration file.
var plainPath = regexp.MustCompile(`^/[0-9A-Za-z/_.+@-]*$`)

// fill returns the two configurations with the values of a site.
func (k Kind) fill(s Site, user, group string) (site, around string, err error) {
	for _, path := range []string{s.Thumbs, s.Dir} {
		if !plainPath.MatchString(path) {
			return "", "", fmt.Errorf("the path %q can't be written into a configuration: take one of letters, digits and _.+@-", path)
		}
	}
	for _, part := range []string{k.Listen[0], "127.0.0.1:8080"} {
		if !strings.Contains(k.Site, part) {
			return "", "", fmt.Errorf("the configuration of %s does not contain %q", k.Name, part)
		}
	}
	replace := strings.NewReplacer(
		k.Listen[0], fmt.Sprintf(k.Listen[1], s.Address),
		"127.0.0.1:8080", s.App,
		"127.0.0.1:8000", s.Address,
		"/srv/thumbs", s.Thumbs,
		"/run/front", s.Dir,
		"User www-data", "User "+user,
		"Group www-data", "Group "+group,
	)
	return replace.Replace(k.Site), replace.Replace(k.Main), nil
}

// NginxArgs returns the Args of nginx.
func NginxArgs(file, user string) []string {
	args := []string{"-e", "stderr", "-c", file}
	if user != "" {
		args = append(args, "-g", "user "+user+";")
	}
	return args
}
