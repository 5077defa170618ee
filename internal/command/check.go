package command

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/rest-thumbnails/thumbnail"
)

var checkCommand = &command{
	name:    "check",
	args:    "FILE…",
	summary: "checks whether thumbnails can be generated from files",
	details: `
Decodes each file completely, within the limits of a handler and of -presets, and prints its size, version, and dominant
color, or the reason why it was rejected. Nothing is stored. Use - for the standard input.

  thumbnail check IMG_0001.JPG holiday/*.png
`,
	failure: " or a file was rejected",
	flags:   []group{checking, making, looks},
	check: func(_ *options, args []string) error {
		if len(args) == 0 {
			return errors.New("expected at least one file: thumbnail check FILE…; use - for the standard input")
		}
		return nil
	},
	run: checkFiles,
}

// A checked is the result for one file, as JSON.
type checked struct {
	File    string `json:"file"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Version string `json:"version,omitempty"`
	Color   string `json:"color,omitempty"`
	Error   string `json:"error,omitempty"`
}

func checkFiles(ctx context.Context, c *call) error {
	presets, err := readPresets(c.opt.presets)
	if err != nil {
		return err
	}
	handler, err := c.unstored(presets)
	if err != nil {
		return presetsError(&c.opt, err)
	}
	failed := false
	for _, name := range c.args {
		info, err := c.checkUntil(ctx, handler, name)
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		failed = failed || err != nil
		c.printChecked(name, info, err)
	}
	if failed {
		return errReported
	}
	return nil
}

// checkUntil checks one file, but returns early if ctx ends, because reading a FIFO or a terminal may block forever.
func (c *call) checkUntil(ctx context.Context, h *thumbnail.Handler, name string) (info thumbnail.Info, err error) {
	done := make(chan struct{})
	var checked thumbnail.Info
	var failed error
	go func() {
		defer close(done)
		checked, failed = c.checkFile(ctx, h, name)
	}()
	select {
	case <-done:
		return checked, failed
	case <-ctx.Done():
		return info, ctx.Err()
	}
}

// checkFile opens and checks one file.
func (c *call) checkFile(ctx context.Context, h *thumbnail.Handler, name string) (thumbnail.Info, error) {
	if name == "-" {
		return h.Check(ctx, bufio.NewReader(c.stdin))
	}
	f, err := os.Open(name)
	if err != nil {
		return thumbnail.Info{}, withoutPath(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return thumbnail.Info{}, fmt.Errorf("is a directory; specify the files in it, such as %s/*.jpg", name)
	}
	info, err := h.Check(ctx, f)
	return info, withoutPath(err)
}

// withoutPath removes the file name from an error, because the message already contains it.
func withoutPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) && !errors.Is(err, io.EOF) {
		return e.Err
	}
	return err
}

// printChecked prints the result: errors to stderr, everything else to stdout.
func (c *call) printChecked(name string, info thumbnail.Info, err error) {
	if c.opt.json {
		said := checked{File: name, Width: info.Width, Height: info.Height, Version: info.Version, Color: info.Color}
		if err != nil {
			said = checked{File: name, Error: err.Error()}
		}
		_ = json.NewEncoder(c.stdout).Encode(said) // run reports write errors of stdout
		return
	}
	if err != nil {
		fmt.Fprintf(c.stderr, "%s: %v\n", name, err)
		return
	}
	fmt.Fprintf(c.stdout, "%s: OK, %d × %d pixels, version %s", name, info.Width, info.Height, info.Version)
	if info.Color != "" {
		fmt.Fprintf(c.stdout, ", color %s", info.Color)
	}
	fmt.Fprintln(c.stdout)
}
