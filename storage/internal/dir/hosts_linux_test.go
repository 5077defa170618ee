package dir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostDisk is a file system that only one host can have mounted, or that hosts share.
type hostDisk struct {
	osDisk
	local bool
}

func (d hostDisk) isLocal(*os.File) bool { return d.local }

// openOn opens root as a host does, on a file system that other hosts share.
func openOn(t *testing.T, root string, k kernel) *Dir {
	d, err := open(root, k, hostDisk{})
	require.NoError(t, err)
	return d
}

var (
	ours       = kernel{"aaaaaaaa", thisBoot}
	oursLater  = kernel{"aaaaaaaa", nextBoot}
	theirs     = kernel{"bbbbbbbb", strings.Repeat("4", 32)}
	longKey    = strings.Repeat("long/", 60) + "x.jpg"
	everyWhere = []string{"a/x.jpg", longKey} // with a second name, and with a symbolic link
)

func TestTheUnsyncedFilesOfAnotherHostAreLeftToIt(t *testing.T) {
	for _, local := range []bool{false, true} {
		root := t.TempDir()
		other := openOn(t, root, theirs)
		for _, key := range everyWhere {
			putWithoutSync(t, other, key)
		}
		abandon(t, other)                                     // the other host still runs, but this one can't see its lock
		here, err := open(root, ours, hostDisk{local: local}) // if the file system is local, the other host must have stopped
		require.NoError(t, err)
		for _, key := range everyWhere {
			assert.Equal(t, !local, exists(filepath.Join(root, key)), key)
		}
		if !local {
			assert.Equal(t, 2, records(t, root))
			assert.Contains(t, strings.Join(names(t, root), " "), sessionPrefix+theirs.tag())
		}
		require.NoError(t, here.Close())
	}
}

func TestAfterAStopOfThisHostItsFilesAreExaminedAndNoOthers(t *testing.T) {
	root := t.TempDir()
	other, before := openOn(t, root, theirs), openOn(t, root, ours)
	putWithoutSync(t, other, "other/x.jpg")
	putWithoutSync(t, before, "ours/x.jpg")
	abandon(t, other)
	abandon(t, before)
	after := openOn(t, root, oursLater)
	assert.NoFileExists(t, filepath.Join(root, "ours/x.jpg"))
	assert.FileExists(t, filepath.Join(root, "other/x.jpg"))
	require.NoError(t, after.Close())

	otherLater := openOn(t, root, kernel{theirs.host, strings.Repeat("5", 32)})
	assert.NoFileExists(t, filepath.Join(root, "other/x.jpg"))
	require.NoError(t, otherLater.Close())
	assert.Equal(t, []string{"other", "ours"}, names(t, root), "no record is left")
}

func TestTheFilesOfAHostThatStaysAwayForAWeekAreMadeAgain(t *testing.T) {
	for age, kept := range map[time.Duration]bool{foreignMaxAge - time.Minute: true, foreignMaxAge + time.Minute: false} {
		root := t.TempDir()
		other := openOn(t, root, theirs)
		putWithoutSync(t, other, "a/x.jpg")
		abandon(t, other)
		for _, name := range append(names(t, root), "a/x.jpg") {
			then := time.Now().Add(-age)
			require.NoError(t, os.Chtimes(filepath.Join(root, name), then, then))
		}
		require.NoError(t, openOn(t, root, ours).Close())
		assert.Equal(t, kept, exists(filepath.Join(root, "a/x.jpg")), age)
		assert.Equal(t, kept, len(names(t, root)) > 1, age)
	}
}

func TestARecordFromBeforeHostsWereRecordedIsOneOfThisHost(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "x.jpg"), nil, 0o644))
	require.NoError(t, os.Symlink("x.jpg", filepath.Join(root, recordPrefix+nextBoot+"-ID-1")))
	require.NoError(t, openOn(t, root, ours).Close())
	assert.Empty(t, names(t, root))
}

func exists(name string) bool { _, err := os.Lstat(name); return err == nil }

func TestAFileSystemInMemoryIsLocalAndThatOfTheKernelIsNot(t *testing.T) {
	for path, local := range map[string]bool{"/dev/shm": true, "/proc": false} {
		dir, err := os.Open(path)
		if err != nil {
			t.Skip(err)
		}
		defer dir.Close()
		assert.Equal(t, local, isLocal(dir), path)
	}
}
