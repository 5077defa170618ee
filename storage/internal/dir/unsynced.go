package dir

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

type withoutSyncKey struct{}

// WithoutSync returns a context under which Put does not wait for the disk.
func WithoutSync(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutSyncKey{}, true)
}

func withoutSync(ctx context.Context) bool { return ctx.Value(withoutSyncKey{}) != nil }

// unsynced keeps the records of the files that this process has stored in a place, and that may not be on the
// disk yet. A record is a second name of the file (a hard link) under the root. The name contains the kernel,
// the process, and the key. If the key is too long for that, or the file system has no hard links, the record
// is a symbolic link to the key. A record is made before the file gets its key, and removed after a sync. So if
// a part of the file is left after a power failure, its record is left, too. (A hard link needs no inode, and
// ext4 is slow to make inodes where many were removed in the last seconds.)
//
// The process holds the lock of a session file as long as it lives, so that other processes can distinguish
// its records from those of dead processes.
type unsynced struct {
	place  *place
	kernel kernel

	mu      sync.Mutex
	session *os.File
	id      string   // of the session
	records []string // names of the records whose files have been renamed to their keys
}

// maxUnsynced is how many files a process leaves unsynced. Syncing them takes about a thousandth of the
// time that it takes to make the thumbnails.
const maxUnsynced = 1024

const (
	sessionPrefix = tempPrefix + "session-"
	recordPrefix  = tempPrefix + "unsynced-" // prefix of symbolic links
	namePrefix    = tempPrefix + "u-"        // prefix of second names
)

// maxName is the length of a name, in bytes, that every file system supports.
const maxName = 255

// nameSlash replaces slashes in second names. No key contains it.
const nameSlash = "\x7f"

// isRecord reports whether a name is that of a record, not of a temporary file.
func isRecord(name string) bool {
	return strings.HasPrefix(name, sessionPrefix) || strings.HasPrefix(name, recordPrefix) || strings.HasPrefix(name, namePrefix)
}

// record records the key of a file and returns the name of the record. If it fails it returns "", and the
// file has to be synced.
func (u *unsynced) record(file, key string) string {
	if u.kernel.boot == "" {
		return ""
	}
	id := u.begin()
	if id == "" {
		return ""
	}
	session, unique := u.kernel.tag()+"-"+id+"-", rand.Text()
	name := namePrefix + session + unique[:8] + "-" + strings.ReplaceAll(key, "/", nameSlash)
	if len(name) <= maxName && u.place.disk.link(u.place.root, file, name) == nil {
		return name
	}
	name = recordPrefix + session + unique
	if err := u.place.disk.symlink(u.place.root, key, name); err != nil {
		return ""
	}
	return name
}

// begin returns the session. The first call creates it.
func (u *unsynced) begin() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.session != nil {
		return u.id
	}
	id := rand.Text()
	name := sessionPrefix + u.kernel.tag() + "-" + id
	f, err := u.place.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return ""
	}
	if tryLock(f) != lockTaken || !u.place.hasName(f, name) {
		_ = f.Close()
		_ = u.place.root.Remove(name)
		return ""
	}
	u.session, u.id = f, id
	return id
}

// hasName reports whether f still has its name. Before f was locked, another process may have removed the name,
// because it took f for the file of a dead process.
func (p *place) hasName(f *os.File, name string) bool {
	own, err := f.Stat()
	if err != nil {
		return false
	}
	info, err := p.root.Lstat(name)
	return err == nil && os.SameFile(own, info)
}

// withdraw removes the record of a file that was not renamed to its key. "" means that there is no record.
func (u *unsynced) withdraw(record string) {
	if record != "" {
		_ = u.place.disk.remove(u.place.root, record)
	}
}

// add notes that the file of a record has been renamed to its key, and syncs if there are many.
func (u *unsynced) add(record string) {
	u.mu.Lock()
	u.records = append(u.records, record)
	var full []string
	if len(u.records) >= maxUnsynced {
		full, u.records = u.records, nil
	}
	u.mu.Unlock()
	u.sync(full)
}

// forget removes the records of files that have been removed from their keys. Otherwise the second names
// would keep their content until the next sync.
func (u *unsynced) forget(removed func(key string) bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.records = slices.DeleteFunc(u.records, func(record string) bool {
		if !strings.HasPrefix(record, namePrefix) {
			return false // a symbolic link keeps no content
		}
		key, _ := u.place.recordedKey(record)
		if !removed(key) || u.place.isUnder(record, key) {
			return false
		}
		_ = u.place.disk.remove(u.place.root, record)
		return true
	})
}

// isUnder reports whether key still has the file whose second name is record.
func (p *place) isUnder(record, key string) bool {
	info, err := p.root.Lstat(key)
	if err != nil {
		return false
	}
	own, err := p.root.Lstat(record)
	return err == nil && os.SameFile(own, info)
}

// sync syncs the files of records, and removes the records. If the disk fails, it removes the files,
// because their content is unknown.
func (u *unsynced) sync(records []string) {
	if len(records) == 0 {
		return
	}
	err := u.place.disk.syncAll(u.place.dir)
	for _, record := range records {
		if err != nil {
			u.place.removeRecorded(record)
		}
		_ = u.place.disk.remove(u.place.root, record)
	}
}

// end syncs all files, and ends the session.
func (u *unsynced) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sync(u.records)
	if u.session != nil {
		_ = u.place.root.Remove(sessionPrefix + u.kernel.tag() + "-" + u.id)
		_ = u.session.Close()
	}
}

// removeRecorded removes the file under the key of a record.
func (p *place) removeRecorded(record string) {
	key, err := p.recordedKey(record)
	if err != nil || !contract.ValidKey(key) {
		return
	}
	info, err := p.root.Lstat(key)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	if strings.HasPrefix(record, namePrefix) && !p.isUnder(record, key) {
		return // the key has another file by now
	}
	_ = p.disk.remove(p.root, key)
}

// recordedKey returns the key that a record holds.
func (p *place) recordedKey(record string) (string, error) {
	if !strings.HasPrefix(record, namePrefix) {
		return p.root.Readlink(record)
	}
	parts := strings.SplitN(strings.TrimPrefix(record, namePrefix), "-", 4) // kernel, session, a unique text, key
	return strings.ReplaceAll(parts[len(parts)-1], nameSlash, "/"), nil
}
