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

// tempPrefix begins the name of every temporary file. What follows is the host's tag, "-", and a
// random text.
const tempPrefix = "\x7fthumbnail-"

// tempMaxAge is how long a temporary file may have gone without a write before it counts as a dead
// process's, where the lock can't tell.
const tempMaxAge = time.Hour

// hostTag stands for the host in names.
func hostTag() string {
	h := fnv.New32a()
	name, _ := os.Hostname() // without a name all such hosts share a tag, and the lock still tells
	_, _ = io.WriteString(h, name)
	return fmt.Sprintf("%08x", h.Sum32())
}

func (p *place) tempName() string { return p.ours + rand.Text() }

// temp is a temporary file that this process holds the lock of.
type temp struct {
	root    *os.Root
	disk    disk
	file    *os.File
	name    string
	renamed bool
}

// createTemp creates a temporary file and locks it. A sweep that comes in between takes the file
// away; then the next one will do.
func (p *place) createTemp() (*temp, error) {
	for range 100 {
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
	if !t.renamed {
		_ = t.disk.remove(t.root, t.name) // while the lock is held, so that a sweep does not see a dead file
	}
	_ = t.disk.close(t.file)
	if !t.renamed && closeBeforeRename {
		_ = t.disk.remove(t.root, t.name) // where the first attempt may fail because the file is open
	}
}

// sweep removes what dead processes have left. It is no error if it can't: the directory may be a
// source that is only read.
func (p *place) sweep() {
	dir, err := p.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	var found []string
	for err == nil {
		var names []string
		names, err = dir.Readdirnames(1000)
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

// sweepOne removes name unless it is a live writer's. A directory is what RemoveAll did not finish,
// and may be finished by anybody.
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
	// The lock is kept until the file is removed, so that a writer that has just created it notices.
	state := lockUnknown
	if f, err := p.root.OpenFile(name, os.O_RDWR, 0); err == nil {
		defer f.Close()
		state = tryLock(f)
	}
	ours := state == lockTaken && strings.HasPrefix(name, p.ours)
	old := state != lockHeld && time.Since(info.ModTime()) > tempMaxAge
	if ours || old {
		_ = p.root.Remove(name)
	}
}

// lockState is what an attempt to lock a file has found.
type lockState int

const (
	lockUnknown lockState = iota // the file system or the operating system has no such locks
	lockTaken                    // it was free and is ours until the file is closed, or the process dies
	lockHeld                     // a living process has it
)
