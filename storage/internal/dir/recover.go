package dir

import (
	"os"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// A kernel is one boot of one host.
type kernel struct {
	host string // eight hexadecimal digits
	boot string // bootDigits hexadecimal digits; empty if not known: then there are no records, and every Put syncs
}

const bootDigits = 32

// thisKernel is the one that this process runs under.
func thisKernel() kernel { return kernel{hostTag(), bootTag()} }

// tag identifies a kernel in the names of records and sessions.
func (k kernel) tag() string { return k.boot + k.host }

// A fate is what has become of the files that a dead process has not synced.
type fate int

const (
	intact  fate = iota // the process ran under this kernel
	lost                // the kernel of the process has stopped, perhaps without writing the content of the files
	unknown             // the process ran on another host, whose kernel may still run
)

// foreignMaxAge is how old files of unknown fate may become. Older ones are removed, because their host will probably
// never run again and examine them. If that host does still run, the files were intact, and are made again.
const foreignMaxAge = 7 * 24 * time.Hour

// fate returns what has become of the files of a dead process under a kernel.
func (p *place) fate(tag string) fate {
	own := p.unsynced.kernel
	n := min(len(tag), bootDigits)
	boot, host := tag[:n], tag[n:] // host is empty in tags from before hosts were recorded
	switch {
	case boot == own.boot:
		return intact
	case host == "" || host == own.host || p.local:
		return lost
	}
	return unknown
}

// recover processes the records of dead processes. If the kernel of a process still runs, the files are intact, and
// recover syncs them. If that kernel has stopped, a power failure may have damaged the files, and recover removes
// them. The records of other hosts are left to those hosts: if locks are local to each host, living processes on
// other hosts look dead.
func (p *place) recover(names []string) {
	var safe []string
	for _, name := range names {
		if !isRecord(name) || strings.HasPrefix(name, sessionPrefix) {
			continue
		}
		tag, id, ok := sessionOf(name)
		if !ok || p.isAlive(tag, id) {
			continue
		}
		switch p.fate(tag) {
		case intact:
			safe = append(safe, name)
		case unknown:
			if !p.isOlder(name, foreignMaxAge) {
				continue
			}
			fallthrough
		case lost:
			p.removeRecorded(name)
			_ = p.root.Remove(name)
		}
	}
	p.unsynced.sync(safe)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, sessionPrefix)
		tag, id, whole := strings.Cut(rest, "-")
		if ok && whole && !p.isAlive(tag, id) && (p.fate(tag) != unknown || p.isOlder(name, foreignMaxAge)) {
			_ = p.root.Remove(name)
		}
	}
}

// sessionOf parses the name of a record.
func sessionOf(record string) (tag, id string, ok bool) {
	tag, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(record, recordPrefix), namePrefix), "-")
	if !ok {
		return "", "", false
	}
	id, _, ok = strings.Cut(rest, "-")
	return tag, id, ok
}

// isAlive reports whether the process of a session is alive. For other hosts that depends on the file
// system: some have locks that are local to each host.
func (p *place) isAlive(tag, id string) bool {
	f, err := openExisting(p.root, sessionPrefix+tag+"-"+id, os.O_RDWR)
	if err != nil {
		return !contract.IsNotExist(err)
	}
	defer f.Close()
	return tryLock(f) == lockHeld
}

// isOlder reports whether a file was written longer ago than age.
func (p *place) isOlder(name string, age time.Duration) bool {
	info, err := p.root.Lstat(name)
	return err == nil && time.Since(info.ModTime()) > age
}
