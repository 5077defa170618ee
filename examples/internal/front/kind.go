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

// A Kind is a web server program with a configuration. It is a plain value: tests break copies of it.
type Kind struct {
	Name    string // for people
	Program string // in the PATH
	Install string // the command that installs it on Debian

	// Site is the configuration that people copy, Main what is around it here. They hold
	// 127.0.0.1:8080, /srv/thumbs and the like, for which [Kind.Start] puts the places of a [Site].
	Site, Main string
	Listen     [2]string // how Site says where to listen, and how it says so with the address %s

	// Args are those that make the program run in the foreground with the configuration file of a
	// folder. The user is the one that workers should have, "" where that is not to be chosen.
	Args func(file, user string) []string
	// Response is what the gallery's -response has to be.
	Response string
}

// A Site is a place where a Kind runs.
type Site struct {
	Address string // to listen on: 127.0.0.1 with a port
	App     string // the handler's host and port
	Thumbs  string // the directory of the thumbnails
	Dir     string // for its configuration, logs and sockets; a folder of its own
}

// ErrNotInstalled says that there is no such web server here.
var ErrNotInstalled = errors.New("not installed")

// Find returns the path of the program, or an error that matches [ErrNotInstalled] and says what to do.
func (k Kind) Find() (string, error) {
	path, err := exec.LookPath(k.Program)
	if err != nil {
		// Debian keeps servers in a directory that is not in everybody's PATH.
		if path, err = exec.LookPath("/usr/sbin/" + k.Program); err != nil {
			return "", fmt.Errorf("%s is %w: there is no program %s; on Debian: %s", k.Name, ErrNotInstalled, k.Program, k.Install)
		}
	}
	return path, nil
}

// plainPath has no character that means something to a configuration.
var plainPath = regexp.MustCompile(`^/[0-9A-Za-z/_.+@-]*$`)

// fill returns the two configurations with the places of a site.
func (k Kind) fill(s Site, user, group string) (site, around string, err error) {
	for _, path := range []string{s.Thumbs, s.Dir} {
		if !plainPath.MatchString(path) {
			return "", "", fmt.Errorf("the path %q can't be written into a configuration: take one of letters, digits and _.+@-", path)
		}
	}
	for _, part := range []string{k.Listen[0], "127.0.0.1:8080"} {
		if !strings.Contains(k.Site, part) {
			return "", "", fmt.Errorf("the configuration of %s lacks %q", k.Name, part)
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

// NginxArgs are the Args of nginx.
func NginxArgs(file, user string) []string {
	args := []string{"-e", "stderr", "-c", file}
	if user != "" {
		args = append(args, "-g", "user "+user+";")
	}
	return args
}
