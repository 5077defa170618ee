package admission

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A late Waiter gives up just after it has been served.
type late struct{ before func() }

func (l late) Wait(ready <-chan struct{}) error {
	l.before()
	<-ready
	return errGone
}

// fill takes all memory, in reservations of 60 and 40 units, and the only worker.
func fill(t *testing.T, a *Control) (sixty, forty *Reservation, release func()) {
	sixty, err := a.Reserve(60, patient{})
	require.NoError(t, err)
	forty, err = a.Reserve(40, patient{})
	require.NoError(t, err)
	release, err = a.Worker(patient{})
	require.NoError(t, err)
	return sixty, forty, release
}

func TestARequestThatGivesUpHoldsNothingAndLeavesTheQueue(t *testing.T) {
	a := New(Limits{Memory: 100, Workers: 1, Queue: 10})
	all, upload, release := fill(t, a)
	full := Load{Working: 1, Memory: 100}
	assert.Equal(t, full, a.Load())

	_, err := a.Reserve(10, failsToWait{})
	assert.ErrorIs(t, err, errGone)
	assert.Equal(t, full, a.Load())
	_, err = a.Worker(failsToWait{})
	assert.ErrorIs(t, err, errGone)
	assert.Equal(t, full, a.Load())
	assert.ErrorIs(t, upload.Await(50, failsToWait{}), errGone)
	assert.Equal(t, full, a.Load())
	assert.EqualValues(t, 40, upload.Size())

	all.Release()
	upload.Release()
	release()
	assert.Zero(t, a.Load())
}

func TestARequestThatIsServedWhileItGivesUpHoldsItsMemory(t *testing.T) {
	a := New(Limits{Memory: 100, Workers: 1, Queue: 10})
	all, upload, release := fill(t, a)

	r, err := a.Reserve(30, late{func() {
		assert.Equal(t, Load{Working: 1, Queued: 1, Memory: 100}, a.Load())
		all.Release()
	}})
	require.NoError(t, err)
	assert.Equal(t, Load{Working: 1, Memory: 70}, a.Load())
	require.NoError(t, upload.Await(80, late{func() { r.Release() }}))
	assert.Equal(t, Load{Working: 1, Memory: 80}, a.Load())
	again, err := a.Worker(late{release})
	require.NoError(t, err)
	assert.Equal(t, Load{Working: 1, Memory: 80}, a.Load())
	again()
	upload.Release()
	assert.Zero(t, a.Load())
}

func TestShrinkingAReservationToItsResultAdmitsOthers(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	r, err := a.Reserve(100, patient{})
	require.NoError(t, err)
	waits := queue(t, a, 60)
	assert.Empty(t, waits)
	r.Keep(40)
	(<-waits).r.Release()
	assert.EqualValues(t, 40, a.Load().Memory)
}

func TestAnUploadThatCanNeverHaveItsMemoryIsRefused(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	r, err := a.Reserve(50, patient{})
	require.NoError(t, err)
	assert.ErrorIs(t, r.Await(101, patient{}), ErrOverloaded)
	assert.Equal(t, Load{Memory: 50}, a.Load())
}

func TestUploadsOfOneByteCanDeadlockToo(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	one, err := a.Reserve(1, patient{})
	require.NoError(t, err)
	two, err := a.Reserve(99, patient{})
	require.NoError(t, err)
	first := make(chan error, 1)
	go func() { first <- one.Await(60, patient{}) }()
	require.Eventually(t, func() bool { return a.Load().Queued == 1 }, wait, tick)
	second := make(chan error, 1)
	go func() { second <- two.Await(100, patient{}) }()
	require.Eventually(t, func() bool { return len(second) == 1 }, wait, tick)
	assert.ErrorIs(t, <-second, ErrOverloaded)
	two.Release()
	assert.NoError(t, <-first)
}

func TestAnUploadIsNotRefusedWhileOtherWorkHoldsMemory(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	work, err := a.Reserve(1, patient{})
	require.NoError(t, err)
	r, err := a.Reserve(50, patient{})
	require.NoError(t, err)
	require.NoError(t, r.Await(100, late{func() {
		assert.Equal(t, 1, a.Load().Queued)
		work.Release()
	}}))
}

func TestAnUploadPrecedesRequestsThatWereOvertakenTooOften(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	work, err := a.Reserve(30, patient{})
	require.NoError(t, err)
	upload, err := a.Reserve(20, patient{})
	require.NoError(t, err)
	large := queue(t, a, 80)
	for range 64 {
		small, err := a.Reserve(1, failsToWait{})
		require.NoError(t, err)
		small.Release()
	}
	_, err = a.Reserve(1, failsToWait{})
	require.ErrorIs(t, err, errGone, "64 have overtaken already")
	assert.True(t, upload.Grow(20), "it has that much already")
	assert.False(t, upload.Grow(21))
	assert.NoError(t, upload.Await(60, patient{}), "memory is free, and a request that holds memory comes first")
	upload.Release()
	work.Release()
	(<-large).r.Release()
}

func TestWorkThatGrowsOvertakesABoundedNumberOfTimes(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	work, err := a.Reserve(10, patient{})
	require.NoError(t, err)
	large := queue(t, a, 95)
	for i := range maxPassed / 2 {
		small, err := a.Reserve(1, failsToWait{})
		require.NoError(t, err, i)
		small.Release()
		assert.True(t, work.Grow(11), i)
		assert.True(t, work.Grow(11), "nothing new, so it does not count")
		work.Keep(10)
	}
	_, err = a.Reserve(1, failsToWait{})
	assert.ErrorIs(t, err, errGone)
	assert.False(t, work.Grow(11))
	work.Release()
	(<-large).r.Release()
}
