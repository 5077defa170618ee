package admission

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	wait = 30 * time.Second // for a goroutine to reach the state that a test waits for
	tick = time.Millisecond
)

// patient is a Waiter that waits until the request is granted or gone is closed.
type patient struct{ gone chan struct{} }

var errGone = errors.New("gone")

func (p patient) Wait(ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	case <-p.gone:
		return errGone
	}
}

// granted is the result of a reservation that may have to wait.
type granted struct {
	r   *Reservation
	err error
}

// queue requests memory in another goroutine. It returns once the request waits or is granted.
func queue(t *testing.T, a *Control, need int64) (answer chan granted) {
	answer = make(chan granted, 1)
	a.mu.Lock()
	before := len(a.forMemory)
	a.mu.Unlock()
	go func() {
		r, err := a.Reserve(need, patient{})
		answer <- granted{r, err}
	}()
	require.Eventually(t, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.forMemory) > before || len(answer) > 0
	}, wait, tick)
	return answer
}

func TestSmallWorkOvertakesLargeWorkABoundedNumberOfTimes(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 1000})
	first, err := a.Reserve(60, patient{})
	require.NoError(t, err)
	large := queue(t, a, 80)
	for i := range maxPassed {
		small, err := a.Reserve(1, failsToWait{})
		require.NoError(t, err, i)
		small.Release()
	}
	_, err = a.Reserve(1, failsToWait{})
	assert.ErrorIs(t, err, errGone, "nobody passes any more, although there is memory")
	waiting := queue(t, a, 1)
	assert.Empty(t, waiting)
	first.Release()
	assert.NoError(t, (<-large).err)
	assert.NoError(t, (<-waiting).err)
}

type failsToWait struct{}

func (failsToWait) Wait(<-chan struct{}) error { return errGone }

func TestSmallWorkOvertakesWaitingWorkWhenMemoryIsFreed(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 1000})
	holds, err := a.Reserve(50, patient{})
	require.NoError(t, err)
	more, err := a.Reserve(50, patient{})
	require.NoError(t, err)
	large := queue(t, a, 90)
	var small []chan granted
	for range maxPassed + 1 {
		small = append(small, queue(t, a, 10))
	}
	more.Release()
	passed := 0
	for i := range small {
		select {
		case g := <-small[i]:
			require.NoError(t, g.err)
			g.r.Release()
			passed++
		default:
		}
	}
	// Each release lets the next generation overtake, until the limit.
	for i := 0; passed < maxPassed; i = (i + 1) % len(small) {
		select {
		case g := <-small[i]:
			require.NoError(t, g.err)
			g.r.Release()
			passed++
		default:
		}
	}
	assert.Equal(t, 1, len(a.forMemory)-1, "the last one does not overtake")
	assert.Empty(t, large)
	holds.Release()
	(<-large).r.Release()
}

func TestARequestThatGivesUpBlocksNoOther(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 1000})
	holds, err := a.Reserve(50, patient{})
	require.NoError(t, err)
	gone := make(chan struct{})
	large := make(chan granted, 1)
	go func() {
		r, err := a.Reserve(90, patient{gone})
		large <- granted{r, err}
	}()
	require.Eventually(t, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return len(a.forMemory) == 1 }, wait, tick)
	a.forMemory[0].passed = maxPassed
	small := queue(t, a, 10)
	assert.Empty(t, small)
	close(gone)
	assert.ErrorIs(t, (<-large).err, errGone)
	assert.NoError(t, (<-small).err)
	holds.Release()
}

func TestUploadsThatWaitForEachOtherDoNotDeadlock(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 1000})
	grow := func(r *Reservation, size int64) chan error {
		answer := make(chan error, 1)
		a.mu.Lock()
		before := len(a.forMemory)
		a.mu.Unlock()
		go func() { answer <- r.Await(size, patient{}) }()
		require.Eventually(t, func() bool {
			a.mu.Lock()
			defer a.mu.Unlock()
			return len(a.forMemory) > before || len(answer) > 0
		}, wait, tick)
		return answer
	}
	one, err := a.Reserve(40, patient{})
	require.NoError(t, err)
	two, err := a.Reserve(40, patient{})
	require.NoError(t, err)
	generation, err := a.Reserve(20, patient{})
	require.NoError(t, err)
	newcomer := queue(t, a, 30)
	first := grow(one, 90)
	second := grow(two, 80)
	assert.Empty(t, first)
	assert.Empty(t, second, "as long as somebody works, there is hope")
	generation.Release()
	assert.ErrorIs(t, <-second, ErrOverloaded, "the last one that came")
	assert.Empty(t, first)
	assert.Empty(t, newcomer, "those who hold something come first")
	two.Release()
	assert.NoError(t, <-first)
	assert.EqualValues(t, 90, one.size)
	one.Release()
	(<-newcomer).r.Release()
	assert.Zero(t, a.used)
}

func TestResultsTakeNoMoreThanAQuarterOfTheMemory(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 1000})
	var all []*Reservation
	for i := range 4 {
		r, err := a.Reserve(20, patient{})
		require.NoError(t, err)
		assert.Equal(t, i < 2, r.Keep(10), "result %d", i)
		all = append(all, r)
	}
	assert.EqualValues(t, 40, a.used)
	all[0].Release()
	all[0].Release()
	all[1].Release()
	assert.EqualValues(t, 20, a.used)
	r, err := a.Reserve(20, patient{})
	require.NoError(t, err)
	assert.False(t, r.Keep(6), "26 of 100")
	r, err = a.Reserve(20, patient{})
	require.NoError(t, err)
	assert.False(t, r.Keep(1))
	all[2].Release()
	all[3].Release()
	r, err = a.Reserve(20, patient{})
	require.NoError(t, err)
	assert.True(t, r.Keep(18), "25 of 100 are a quarter")
}

func TestAMovedReservationIsReleasedOnce(t *testing.T) {
	a := New(Limits{Memory: 100})
	r, err := a.Reserve(30, patient{})
	require.NoError(t, err)
	moved := r.Move()
	r.Release()
	assert.EqualValues(t, 30, a.used)
	moved.Release()
	moved.Release()
	assert.Zero(t, a.used)
	(*Reservation)(nil).Release()
}

func TestAReservationDoesNotGrowBeforeARequestThatWasOvertakenTooOften(t *testing.T) {
	a := New(Limits{Memory: 100, Queue: 10})
	r, err := a.Reserve(30, patient{})
	require.NoError(t, err)
	assert.True(t, r.Grow(100), "all memory")
	assert.True(t, r.Grow(50), "it has more already")
	assert.EqualValues(t, 100, a.used)
	assert.False(t, r.Grow(101))
	large := queue(t, a, 90)
	r.Keep(20)
	a.mu.Lock()
	a.forMemory[0].passed = maxPassed
	a.mu.Unlock()
	assert.False(t, r.Grow(21), "a request was overtaken too often")
	assert.Empty(t, large)
	r.Release()
	(<-large).r.Release()
}

func TestWorkersAreGivenInOrder(t *testing.T) {
	a := New(Limits{Workers: 1, Queue: 2})
	release, err := a.Worker(patient{})
	require.NoError(t, err)
	order := make(chan int, 2)
	for i := range 2 {
		go func() {
			release, err := a.Worker(patient{})
			assert.NoError(t, err)
			order <- i
			release()
		}()
		require.Eventually(t, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return len(a.forWorker) == i+1 }, wait, tick)
	}
	_, err = a.Worker(patient{})
	assert.ErrorIs(t, err, ErrOverloaded, "the queue is full")
	assert.True(t, a.Full())
	release()
	assert.Equal(t, 0, <-order)
	assert.Equal(t, 1, <-order)
	require.Eventually(t, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return a.busy == 0 }, wait, tick)
	assert.False(t, a.Full())
}

func TestTheQueueForMemoryIsBoundedWhileWorkersAreFree(t *testing.T) {
	a := New(Limits{Memory: 100, Workers: 8, Queue: 2})
	all, err := a.Reserve(100, patient{})
	require.NoError(t, err)
	done := make(chan error, 2)
	for range 2 {
		go func() {
			r, err := a.Reserve(10, patient{})
			r.Release()
			done <- err
		}()
	}
	queued := func() int { a.mu.Lock(); defer a.mu.Unlock(); return a.queued() }
	require.Eventually(t, func() bool { return queued() == 2 }, wait, tick)
	assert.False(t, a.Full(), "a request that finds memory needs no place in the queue")
	_, err = a.Reserve(10, patient{})
	assert.ErrorIs(t, err, ErrOverloaded)
	all.Release()
	assert.NoError(t, <-done)
	assert.NoError(t, <-done)
}
