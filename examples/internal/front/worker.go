package front

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
)

// worker returns the user and the group for the worker processes of a web server that root starts: one that
// distributions create for web servers. A server that another user starts runs as that user.
func worker() (name, group string) {
	for _, candidate := range []string{"www-data", "http", "apache", "nginx", "nobody"} {
		if os.Geteuid() != 0 {
			break
		}
		u, err := user.Lookup(candidate)
		if err != nil {
			continue
		}
		if g, err := user.LookupGroupId(u.Gid); err == nil {
			return u.Username, g.Name
		}
	}
	return "#" + fmt.Sprint(os.Geteuid()), "#" + fmt.Sprint(os.Getegid())
}

// Reachable makes a directory readable for the worker processes of a web server, which may run as another
// user.
func Reachable(dir string) error {
	if os.Geteuid() != 0 {
		return nil // the worker processes run as this user, too
	}
	for path := dir; ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			name, _ := worker()
			return fmt.Errorf("%s, as which the web server reads %s, can't enter %s: chmod a+x it, or take another -thumbs (or TMPDIR)", name, dir, path)
		}
		if path == filepath.Dir(path) {
			return nil
		}
	}
}
