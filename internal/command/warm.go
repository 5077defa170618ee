package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/rest-thumbnails/thumbnail"
)

var warmCommand = &command{
	name:    "warm",
	summary: "generates the thumbnails of all originals in advance",
	details: `
Generates the thumbnails of all -presets for every original, and skips those that exist. If it is interrupted, run it
again to resume. If a thumbnail cannot be generated, it continues with the others. It can run alongside servers; use
their -lock, so that no thumbnail is generated twice.

  THUMBNAIL_KEY=… thumbnail warm -source /srv/photos -thumbs /srv/thumbs -presets presets.json
`,
	failure: ", was interrupted, or could not generate a thumbnail",
	flags:   []group{looks, knowing, reading, storing, signing, making, sharing},
	check: func(o *options, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unexpected argument %q; use -source for the originals and -presets for the thumbnails", args[0])
		}
		return cmp.Or(o.needsPresets(), o.needsKey(), o.needsStorage(), o.needsSource())
	},
	run: warm,
}

// A warming is one run of the command.
type warming struct {
	*call
	site     *site
	links    thumbnail.Links
	progress *progress
	each     int // number of files for an original whose size is unknown

	counting               sync.Mutex
	made, existing, failed int
	unnamed                int // originals whose names are invalid in a path, and directories that can't be read
	walkErr                error
	reported               string // the failure that was printed last
}

// warm makes all thumbnails.
func warm(ctx context.Context, c *call) (err error) {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = s.close(err) }()
	w := &warming{call: c, site: s, links: s.handler.Links(base)}
	originals, err := c.count(ctx, s.source, math.MaxInt)
	if err != nil {
		return fmt.Errorf("list the originals in %s: %w", s.source.name, err)
	}
	if originals == 0 {
		return fmt.Errorf("no pictures in %s", s.source.name)
	}
	w.each = len(slices.Collect(w.links.Specs("x")))
	w.progress = c.newProgress(originals*w.each, "thumbnails")
	defer w.progress.end()
	failure := s.handler.GenerateAll(ctx, w.specs(ctx), w.report)
	w.progress.end()

	fmt.Fprintf(c.stdout, "%d originals: generated %d thumbnails, %d already existed, %d failed.\n", originals, w.made, w.existing, w.failed)
	if w.unnamed > 0 {
		fmt.Fprintf(c.stdout, "Skipped: %d (unreadable, or with a name that cannot appear in a URL).\n", w.unnamed)
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted; run the command again to resume")
	case w.walkErr != nil:
		return fmt.Errorf("list the originals in %s: %w", s.source.name, w.walkErr)
	case w.failed > 0: // each failure has been printed
		return errReported
	}
	return failure
}

// specs yields the thumbnails of all originals.
func (w *warming) specs(ctx context.Context) iter.Seq[thumbnail.Spec] {
	return func(yield func(thumbnail.Spec) bool) {
		w.unnamed, w.walkErr = w.walk(ctx, w.site.source, func(name string) error {
			o := original{name: name}
			if w.opt.describe {
				info, err := thumbnail.Describer{Formats: w.extra.Formats}.Describe(ctx, w.site.source, name)
				if err != nil && ctx.Err() == nil {
					w.report(thumbnail.Spec{Source: name}, thumbnail.MadeFailed, err)
					w.progress.add(0, 1-w.each)
					return nil
				}
				o.info = info
			}
			n := 0
			for spec := range w.links.Specs(o) {
				n++
				if !yield(spec) {
					return fs.SkipAll
				}
			}
			w.progress.add(0, n-w.each)
			return nil
		})
	}
}

// failureOf formats the error of an original.
func failureOf(source string, err error) string {
	text := err.Error()
	for _, known := range []string{"thumbnail: source %q: ", "thumbnail: describe %q: "} {
		text = strings.TrimPrefix(text, fmt.Sprintf(known, source))
	}
	return source + ": " + text
}

// report counts a thumbnail, and prints the error if it was not made.
func (w *warming) report(s thumbnail.Spec, made thumbnail.Made, err error) {
	w.counting.Lock()
	defer w.counting.Unlock()
	switch made {
	case thumbnail.MadeNow:
		w.made++
	case thumbnail.MadeBefore:
		w.existing++
	default:
		w.failed++
		if failure := failureOf(s.Source, err); failure != w.reported { // one message for all thumbnails of an original
			w.reported = failure
			fmt.Fprintln(w.progress, failure)
		}
	}
	w.progress.add(1, 0)
}
