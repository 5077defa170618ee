package command

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// quiet is the interval between progress lines if there is no terminal.
const quiet = 15 * time.Second

// A progress is displayed as a bar on a terminal. Without a terminal, for example in the log of a nightly job,
// it is a line at intervals. Text written to it appears above the bar.
type progress struct {
	mu          sync.Mutex
	out         io.Writer
	bar         *progressbar.ProgressBar // nil means lines
	what        string
	done, total int // total is -1 if not known
	now         func() time.Time
	said        time.Time // when the last line was written
	ended       bool
}

// newProgress shows the progress toward a total; -1 means that the total is not known.
func (c *call) newProgress(total int, what string) *progress {
	p := &progress{out: c.stderr, what: what, total: total, now: time.Now, said: time.Now()}
	if c.terminal {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(c.stderr), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString(what), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100e6), progressbar.OptionFullWidth(), progressbar.OptionSpinnerType(14),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// add adds to the count of finished work, and to the total.
func (p *progress) add(done, more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += done
	if p.total >= 0 {
		p.total = max(p.total+more, p.done)
	}
	switch {
	case p.bar != nil:
		if p.total >= 0 && p.bar.GetMax() != p.total {
			p.bar.ChangeMax(p.total)
		}
		_ = p.bar.Set(p.done)
	case !p.ended && p.now().Sub(p.said) >= quiet:
		p.said = p.now()
		fmt.Fprintln(p.out, p.line())
	}
}

// line formats the progress as a line.
func (p *progress) line() string {
	if p.total < 0 {
		return fmt.Sprintf("%d %s so far", p.done, p.what)
	}
	return fmt.Sprintf("%d of %d %s (%d%%)", p.done, p.total, p.what, 100*p.done/max(p.total, 1))
}

// Write buffers incomplete lines and writes whole ones.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		defer func() { _ = p.bar.RenderBlank() }()
	}
	return p.out.Write(b)
}

// end removes the bar.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
		p.bar = nil
	}
}
