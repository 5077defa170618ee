package command

import (
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"
)

// A progress is a bar on a terminal; on anything else it shows nothing. What is written to it appears
// above the bar.
type progress struct {
	mu  sync.Mutex
	out io.Writer
	bar *progressbar.ProgressBar // nil: none
}

// newProgress shows how much of a total is done; -1 is a total that is not known.
func (c *call) newProgress(total int, what string) *progress {
	p := &progress{out: c.stderr}
	if c.terminal {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(c.stderr), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("thumbnails"), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100e6), progressbar.OptionFullWidth(), progressbar.OptionSpinnerType(14),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// add counts what is done, and what is new in the total.
func (p *progress) add(done, more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	if more != 0 {
		p.bar.AddMax(more)
	}
	_ = p.bar.Add(done)
}

// Write writes whole lines.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		defer func() { _ = p.bar.RenderBlank() }()
	}
	return p.out.Write(b)
}

// end takes the bar away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
		p.bar = nil
	}
}
