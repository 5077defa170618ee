package lock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// In a synctest bubble, time passes only while all goroutines wait, so these durations are exactly the
// pauses.
func TestFileNoticesAnUnlockInAnotherProcessWithin16ms(t *testing.T) {
	dir := t.TempDir()
	longest := time.Duration(0)
	for i := range 33 {
		synctest.Test(t, func(t *testing.T) {
			here, elsewhere := newFile(t, dir), newFile(t, dir) // each knows only its own locks, like two processes
			unlock, ok, err := elsewhere.TryLock(t.Context(), "key", time.Hour)
			require.NoError(t, err)
			require.True(t, ok)
			noticed := make(chan time.Time, 1)
			go func() {
				assert.NoError(t, here.Wait(t.Context(), "key"))
				noticed <- time.Now()
			}()
			time.Sleep(3*time.Second + time.Duration(i)*time.Millisecond/2)
			synctest.Wait()
			assert.Empty(t, noticed)
			require.NoError(t, unlock())
			unlocked := time.Now()
			longest = max(longest, (<-noticed).Sub(unlocked))
		})
	}
	assert.LessOrEqual(t, longest, 16*time.Millisecond)
	assert.Greater(t, longest, 14*time.Millisecond, "it does not look more often than it says")
}

func TestFileLooksOftenAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		here, elsewhere := newFile(t, dir), newFile(t, dir)
		for after, within := range map[time.Duration]time.Duration{500 * time.Microsecond: time.Millisecond, 2 * time.Millisecond: 3 * time.Millisecond, 6 * time.Millisecond: 7 * time.Millisecond} {
			unlock, _, err := elsewhere.TryLock(t.Context(), "key", time.Hour)
			require.NoError(t, err)
			start := time.Now()
			time.AfterFunc(after, func() { _ = unlock() })
			require.NoError(t, here.Wait(t.Context(), "key"))
			assert.Equal(t, within, time.Since(start), "after %v", after)
		}
	})
}
