package dir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// tempPrefix begins the name of every temporary file. It is followed by the host's tag, "-", and a random
// text.
const tempPrefix = "\x7fthumbnail-"

// tempMaxAge is how long a temporary file may be unmodified before it counts as that of a dead process, if
// the lock does not give an answer.
const tempMaxAge = time.Hour

// hostTag identifies the host in file names.
func hostTag() string {
	h := fnv.New32a()
	name, _ := os.Hostname() // hosts without a name share a tag; their files are still distinguished by the lock
	_, _ = io.WriteString(h, name)
	return fmt.Sprintf("%08x", h.Sum32())
}

func (p *place) tempName() string { return p.ours + rand.Text() }

// temp is a temporary file whose lock this process holds.
type temp struct {
	root    *os.Root
	disk    disk
	file    *os.File
	name    string
	renamed bool
}

// createTemp creates a temporary file and locks it. If a sweep removes the file in between, createTemp
// tries again.
func (p *place) createTemp() (*temp, error) {
	for range attempts {
		name := p.tempName()
		f, err := p.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return nil, err
		}
		t := &temp{root: p.root, disk: p.disk, file: f, name: name}
		if tryLock(f) != lockHeld {
			if _, err := p.root.Lstat(name); err == nil {
				return t, nil
			}
		}
		t.discard()
	}
	return nil, errors.New("every temporary file was swept at once")
}

// discard closes the file, and removes it unless it was renamed.
func (t *temp) discard() {
	if t.renamed {
		_ = t.disk.close(t.file)
		return
	}
	removeOpen(t)
}

// sweep removes the temporary files of dead processes. Errors are ignored, because the directory may be a source,
// which may be read-only.
func (p *place) sweep() {
	dir, err := p.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	var found []string
	for err == nil {
		var names []string
		names, err = dir.Readdirnames(batch)
		for _, name := range names {
			if strings.HasPrefix(name, tempPrefix) {
				found = append(found, name)
			}
		}
	}
	p.recover(found)
	for _, name := range found {
		if !isRecord(name) {
			p.sweepOne(name)
		}
	}
}

// sweepOne removes a file unless it belongs to a live writer. A directory is the remainder of an
// interrupted RemoveAll, and any process may remove it.
func (p *place) sweepOne(name string) {
	info, err := p.root.Lstat(name)
	switch {
	case err != nil:
		return
	case info.IsDir():
		_ = p.root.RemoveAll(name)
		return
	case info.Mode()&fs.ModeType != 0:
		return
	}
	// The lock is held until the file is removed, so that a writer that has just created it notices the
	// removal.
	state := lockUnknown
	if f, err := openExisting(p.root, name, os.O_RDWR); err == nil {
		defer f.Close()
		state = tryLock(f)
	}
	ours := state == lockTaken && strings.HasPrefix(name, p.ours)
	old := state != lockHeld && p.isOlder(name, tempMaxAge)
	if ours || old {
		_ = p.root.Remove(name)
	}
}

// lockState is the result of an attempt to lock a file.
type lockState int

const (
	lockUnknown lockState = iota // the file system or the operating system does not support locks
	lockTaken                    // the lock was free, and is now held until the file is closed or the process ends
	lockHeld                     // a live process holds the lock
)
