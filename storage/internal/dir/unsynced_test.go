//go:build linux

package dir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	thisBoot = "11111111111111111111111111111111"
	nextBoot = "22222222222222222222222222222222"
	thisHost = "33333333"
)

// openBooted opens root as under a kernel with a boot tag.
func openBooted(t testing.TB, root, boot string) *Dir {
	d, err := open(root, kernel{thisHost, boot}, osDisk{})
	require.NoError(t, err)
	return d
}

// abandon leaves d as after the death of its process: its locks are released, and nothing else happens.
func abandon(t testing.TB, d *Dir) {
	require.NoError(t, d.place.unsynced.session.Close())
}

// records counts the records under root.
func records(t testing.TB, root string) (n int) {
	for _, name := range names(t, root) {
		if isRecord(name) && !strings.HasPrefix(name, sessionPrefix) {
			n++
		}
	}
	return n
}

func putWithoutSync(t testing.TB, d *Dir, key string) {
	require.NoError(t, d.Put(WithoutSync(t.Context()), key, strings.NewReader("content of "+key)))
}

func TestAfterAPowerFailureNoUnsyncedFileIsLeft(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	require.NoError(t, d.Put(t.Context(), "synced/x.jpg", strings.NewReader("content")))
	putWithoutSync(t, d, "a/x.jpg")
	putWithoutSync(t, d, "b/"+strings.Repeat("long/", 150)+"x.jpg")
	abandon(t, d)
	// The disk has the names, but not the content.
	require.NoError(t, os.Truncate(filepath.Join(root, "a/x.jpg"), 3))

	d = openBooted(t, root, nextBoot)
	defer d.Close()
	for _, key := range []string{"a/x.jpg", "b/" + strings.Repeat("long/", 150) + "x.jpg"} {
		_, err := d.Open(t.Context(), key)
		assert.ErrorIs(t, err, fs.ErrNotExist, key)
	}
	f, err := d.Open(t.Context(), "synced/x.jpg")
	require.NoError(t, err)
	f.Close()
	for _, name := range names(t, root) {
		assert.True(t, contract.ValidKey(name), "%q is left", name)
	}
}

func TestAfterTheDeathOfAProcessItsUnsyncedFilesStay(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	putWithoutSync(t, d, "a/x.jpg")
	abandon(t, d)
	d = openBooted(t, root, thisBoot)
	defer d.Close()
	f, err := d.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	f.Close()
	assert.Equal(t, []string{"a"}, names(t, root), "they are synced now")
}

func TestTheRecordsOfALivingProcessAreLeftAlone(t *testing.T) {
	root := t.TempDir()
	living := openBooted(t, root, thisBoot)
	putWithoutSync(t, living, "a/x.jpg")
	for _, boot := range []string{thisBoot, nextBoot} { // the second one may be that of another host
		require.NoError(t, openBooted(t, root, boot).Close())
		assert.Equal(t, 1, records(t, root))
	}
	require.NoError(t, living.Close())
	assert.Equal(t, []string{"a"}, names(t, root))
}

// A watchingContext calls watch when Put calls its Err for the last time, which is before the rename.
type watchingContext struct {
	context.Context
	watch func()
}

func (c watchingContext) Err() error { c.watch(); return c.Context.Err() }

func TestARecordIsThereBeforeItsFileHasItsKey(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	defer d.Close()
	recorded := 0
	ctx := watchingContext{WithoutSync(t.Context()), func() {
		if recorded = records(t, root); recorded > 0 {
			assert.NoFileExists(t, filepath.Join(root, "a/x.jpg"))
		}
	}}
	require.NoError(t, d.Put(ctx, "a/x.jpg", strings.NewReader("content")))
	assert.Equal(t, 1, recorded)
	record := names(t, root)[indexOf(names(t, root), namePrefix)]
	key, err := d.place.recordedKey(record)
	require.NoError(t, err)
	assert.Equal(t, "a/x.jpg", key)
	assert.Len(t, record, len(namePrefix)+len(thisBoot)+len(thisHost)+len("--")+26+8+len("-a/x.jpg"))
}

func indexOf(all []string, prefix string) int {
	for i, name := range all {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return -1
}

func TestAnUnsyncedPutThatFailsLeavesNothing(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	defer d.Close()
	putWithoutSync(t, d, "k.jpg")
	before := len(names(t, root))
	assert.Error(t, d.Put(WithoutSync(t.Context()), "k.jpg/100x100/x.jpg", strings.NewReader("a file stands for its folder")))
	assert.Len(t, names(t, root), before)
}

func TestRecordsAreBounded(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	defer d.Close()
	for i := range maxUnsynced + 5 {
		putWithoutSync(t, d, fmt.Sprintf("k%d.jpg", i))
	}
	assert.Equal(t, 5, records(t, root))
}

func TestOnlyThisBootsRecordsAreMadeWhereItIsKnown(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, "")
	defer d.Close()
	putWithoutSync(t, d, "a/x.jpg")
	assert.Equal(t, []string{"a"}, names(t, root), "it was synced instead")
}

func TestARecordCannotNameAFileOutsideOfTheKeys(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "precious")
	require.NoError(t, os.WriteFile(outside, []byte("x"), 0o644))
	root := t.TempDir()
	for i, target := range []string{outside, "../" + filepath.Base(filepath.Dir(outside)) + "/precious", "a/../../x"} {
		require.NoError(t, os.Symlink(target, filepath.Join(root, fmt.Sprintf("%s%s-ID-%d", recordPrefix, thisBoot, i))))
	}
	require.NoError(t, openBooted(t, root, nextBoot).Close())
	assert.FileExists(t, outside)
	assert.Empty(t, names(t, root))
}

func TestARecordOfAnotherFileRemovesNothing(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	putWithoutSync(t, d, "a-b/x-y.jpg")
	require.NoError(t, d.Put(t.Context(), "a-b/x-y.jpg", strings.NewReader("a synced one"))) // any process could do this
	putWithoutSync(t, d, "gone-/-.jpg")
	abandon(t, d)
	d = openBooted(t, root, nextBoot)
	defer d.Close()
	b, err := os.ReadFile(filepath.Join(root, "a-b/x-y.jpg"))
	require.NoError(t, err)
	assert.Equal(t, "a synced one", string(b))
	_, err = d.Open(t.Context(), "gone-/-.jpg")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Zero(t, records(t, root))
}

func TestAKeyThatIsStoredTwiceHasTwoRecords(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	putWithoutSync(t, d, "a/x.jpg")
	putWithoutSync(t, d, "a/x.jpg")
	assert.Equal(t, 2, records(t, root))
	require.NoError(t, d.Close())
	assert.Equal(t, []string{"a"}, names(t, root))
	assert.FileExists(t, filepath.Join(root, "a/x.jpg"))
}

func TestARecordIsASecondNameAsLongAsThereIsRoomForTheKey(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	room := maxName - len(namePrefix) - len(thisBoot) - len(thisHost) - len("--") - 26 - 8 - len("-")
	for length, second := range map[int]bool{room: true, room + 1: false} {
		key := strings.Repeat("k", 60) + "/" + strings.Repeat("l", length-61)
		putWithoutSync(t, d, key)
		found := 0
		for _, name := range names(t, root) {
			if strings.HasPrefix(name, namePrefix) {
				found++
			}
		}
		assert.Equal(t, second, found == 1, length)
		d.place.unsynced.sync(d.place.unsynced.records)
		d.place.unsynced.records = nil
	}
	require.NoError(t, d.Close())
}

func TestRemovedFilesLeaveNoRecordThatKeepsTheirContent(t *testing.T) {
	root := t.TempDir()
	d := openBooted(t, root, thisBoot)
	for _, key := range []string{"a/1", "a/2", "ab/1", "b/1", "b/2"} {
		putWithoutSync(t, d, key)
	}
	require.Equal(t, 5, records(t, root))
	require.NoError(t, d.RemoveAll(t.Context(), "a"))
	assert.Equal(t, 3, records(t, root))
	require.NoError(t, d.Remove(t.Context(), "b/1"))
	assert.Equal(t, 2, records(t, root))

	putWithoutSync(t, d, "b/2")
	require.NoError(t, os.Rename(filepath.Join(root, "b/2"), filepath.Join(root, "c")))
	d.place.unsynced.forget(func(key string) bool { return true })
	assert.Equal(t, 1, records(t, root), "ab/1 is still there")

	putWithoutSync(t, d, "b/1")
	abandon(t, d)
	openBooted(t, root, nextBoot)
	assert.NoFileExists(t, filepath.Join(root, "b/1"), "stored again after the removal, and not synced")
}

func TestAFileWhoseNameIsGoneOrAnothersIsNoSession(t *testing.T) {
	root := t.TempDir()
	p := openBooted(t, root, thisBoot).place
	f, err := p.root.Create("session")
	require.NoError(t, err)
	defer f.Close()
	assert.True(t, p.hasName(f, "session"))
	require.NoError(t, p.root.Remove("session"))
	assert.False(t, p.hasName(f, "session"))
	require.NoError(t, p.root.WriteFile("session", nil, 0o600))
	assert.False(t, p.hasName(f, "session"))
}
