package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"
)

// Made says what [Handler.GenerateAll] did for a [Spec].
type Made string

// The values of Made, as they appear in logs.
const (
	MadeNow    Made = "made"     // this call made the thumbnail
	MadeBefore Made = "existing" // the thumbnail was already stored, or another call made it meanwhile
	MadeFailed Made = "failed"   // there is no thumbnail, and the error says why
)

// GenerateAll makes the thumbnails that specs yields and skips those that are already stored, so a job that
// was stopped resumes when it is started again. Config.Workers thumbnails are made at a time. The job waits
// while requests need the memory and the workers.
//
// report, if not nil, is called for each thumbnail, in the order of completion, and its calls do not
// overlap. The error of one thumbnail does not stop the others. When ctx ends, no more thumbnails are
// begun, those in progress are finished, and ctx's error is returned. Otherwise the error says how many
// failed and wraps the first failure.
//
// Like [Handler.Generate], GenerateAll may be called after originals have been replaced.
func (h *Handler) GenerateAll(ctx context.Context, specs iter.Seq[Spec], report func(Spec, Made, error)) error {
	j := &job{h: h, report: report}
	if err := j.run(ctx, specs); err != nil {
		return err
	}
	return j.err(ctx)
}

// A job is one call of GenerateAll.
type job struct {
	h      *Handler
	report func(Spec, Made, error)

	mu            sync.Mutex
	count, failed int
	failure       error // the first
}

// maxSeen limits the number of originals that a job remembers to have begun.
const maxSeen = 10_000

// run makes the thumbnails, and returns when no worker runs any more.
func (j *job) run(ctx context.Context, specs iter.Seq[Spec]) error {
	queue := make(chan Spec)
	var workers sync.WaitGroup
	for range j.h.cfg.Workers {
		workers.Go(func() { j.work(ctx, queue, &workers) })
	}
	defer workers.Wait()
	defer close(queue)
	return j.h.safely(ctx, "", "generate all", func() error { return j.feed(ctx, specs, queue) })
}

var errExited = errors.New("its goroutine was ended by runtime.Goexit")

// work makes thumbnails until the queue ends. If something that Config names ends the goroutine by [runtime.Goexit], another one
// takes over.
func (j *job) work(ctx context.Context, queue <-chan Spec, workers *sync.WaitGroup) {
	ended := false
	defer func() {
		if !ended {
			j.mu.Lock()
			j.count++
			j.note(errExited)
			j.mu.Unlock()
			workers.Go(func() { j.work(ctx, queue, workers) })
		}
	}()
	for s := range queue {
		j.do(ctx, s)
	}
	ended = true
}

// feed passes the specs to the workers. Before the job's first spec of an original, it expires everything
// that is in progress for that original.
func (j *job) feed(ctx context.Context, specs iter.Seq[Spec], queue chan<- Spec) error {
	seen := map[string]bool{}
	for s := range specs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !seen[s.Source] {
			if len(seen) >= maxSeen {
				clear(seen)
			}
			seen[s.Source] = true
			if err := j.h.expire(ctx, s.Source, false, suspect); err != nil {
				return err
			}
		}
		select {
		case queue <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// do makes one thumbnail.
func (j *job) do(ctx context.Context, s Spec) {
	outcome, err := j.h.generate(ctx, s, false)
	for err != nil && j.h.isOverload(ctx, err) && ctx.Err() == nil { // requests have precedence
		sleep(ctx, 100*time.Millisecond)
		outcome, err = j.h.generate(ctx, s, false)
	}
	m := MadeBefore
	switch {
	case err != nil && ctx.Err() != nil:
		return // the job was stopped; the thumbnail has not failed
	case err != nil:
		m = MadeFailed
	case outcome == OutcomeGenerated:
		m = MadeNow
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	j.note(err)
	if j.report != nil {
		j.note(j.h.safely(ctx, s.Source, "report", func() error { j.report(s, m, err); return nil }))
	}
}

// note records an error.
func (j *job) note(err error) {
	if err != nil {
		if j.failed++; j.failure == nil {
			j.failure = err
		}
	}
}

// err returns the error of a job that has ended.
func (j *job) err(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case j.failed > 0:
		return fmt.Errorf("thumbnail: %d of %d thumbnails were not made; the first: %w", j.failed, j.count, j.failure)
	}
	return nil
}
