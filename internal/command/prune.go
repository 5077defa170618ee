package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

var pruneCommand = &command{
	name:    "prune",
	summary: "removes thumbnails that are no longer needed",
	details: `
Removes thumbnails whose original no longer exists. -presets also removes those of no preset; -max-age and -max-bytes,
the least recently used ones; -describe, those of previous versions of an original; -drop-old-key, those of the previous
key. Files that are not thumbnails signed with -key are kept. It can run alongside servers: a removed thumbnail is
generated again on its next request. Try -dry-run first.

  THUMBNAIL_KEY=… thumbnail prune -source /srv/photos -thumbs /srv/thumbs -max-bytes 10GB -dry-run
`,
	failure: ", was interrupted, or could not list or remove a file",
	flags:   []group{removing, reading, storing, signing, rotating, looks, knowing},
	check: func(o *options, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unexpected argument %q; use flags to select the thumbnails to remove", args[0])
		}
		if o.dropOldKey && o.oldKey == "" {
			return errors.New("-drop-old-key requires -old-key, the key whose thumbnails are removed")
		}
		if o.keepOrphans && o.describe {
			return errors.New("-describe and -keep-orphans are mutually exclusive; -keep-orphans does not read the originals")
		}
		if o.keepOrphans {
			return cmp.Or(o.needsKey(), o.needsStorage())
		}
		return cmp.Or(o.needsKey(), o.needsStorage(), o.needsSource())
	},
	run: prune,
}

// prune removes the thumbnails that are not needed.
func prune(ctx context.Context, c *call) (err error) {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = s.close(err) }()
	if err := c.sourceIsThere(ctx, s); err != nil {
		return err
	}
	keeping := &keeping{ctx: ctx, call: c, site: s, links: s.handler.Links(base), progress: c.newProgress(c.stored(ctx, s), "thumbnails"), now: time.Now()}
	defer keeping.progress.end()
	swept, err := s.handler.Sweep(ctx, thumbnail.Sweep{
		Keep: keeping.keep, MaxBytes: int64(c.opt.maxBytes), DryRun: c.opt.dryRun, KeepOrphans: c.opt.keepOrphans,
	})
	keeping.progress.end()

	removed, kept := "Removed", "kept"
	if c.opt.dryRun {
		removed, kept = "Would remove", "keep"
	}
	fmt.Fprintf(c.stdout, "%s %d thumbnails (%s), %s %d (%s).\n", removed, swept.Removed, bytesText(swept.RemovedBytes), kept, swept.Kept, bytesText(swept.KeptBytes))
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted; run the command again to resume")
	case err == nil && swept.Removed+swept.Kept == 0:
		fmt.Fprintf(c.stderr, "No thumbnails in %s are signed with this key.\n", s.thumbs.name)
	case errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("list %s: %w", s.thumbs.name, err)
	}
	return err
}

// stored counts the files in the storage, for the bar. For a bucket it returns -1, which means unknown,
// because counting would take as many requests as the work itself.
func (c *call) stored(ctx context.Context, s *site) (n int) {
	lister, ok := s.thumbs.Storage.(storage.Lister)
	if !ok || s.thumbs.remote {
		return -1
	}
	for _, err := range lister.List(ctx, "") {
		if err != nil {
			return -1 // the removal will report the same error
		}
		n++
	}
	return n
}

// sourceIsThere returns an error if the source is empty, for example because a disk is not mounted: all
// thumbnails would then be removed as orphans.
func (c *call) sourceIsThere(ctx context.Context, s *site) error {
	if c.opt.keepOrphans {
		return nil
	}
	n, err := c.count(ctx, s.source, 1)
	switch {
	case err != nil:
		return fmt.Errorf("list the originals in %s: %w", s.source.name, err)
	case n == 0:
		return fmt.Errorf("no pictures in %s; is it mounted? Nothing was removed, because all thumbnails would be orphans; use -keep-orphans to prune without reading the originals", s.source.name)
	}
	return nil
}

// A keeping decides which thumbnails to keep.
type keeping struct {
	*call
	ctx      context.Context
	site     *site
	links    thumbnail.Links
	progress *progress
	now      time.Time

	source, version string // the original that was last described, and its version
	described       error
}

func (k *keeping) keep(e thumbnail.Entry) bool {
	k.progress.add(1, 0)
	switch {
	case k.opt.maxAge > 0 && k.now.Sub(e.Used) > time.Duration(k.opt.maxAge): // checked here and not by Sweep, which would not report the reason
		return false
	case k.opt.dropOldKey && !e.Current:
		return false
	case k.opt.presets != "" && !k.links.Uses(e.Spec):
		return false
	case k.opt.describe:
		return k.isCurrent(e.Spec)
	}
	return true
}

// isCurrent reports whether a thumbnail has the version of its original. The thumbnails of an original that
// can't be read are kept.
func (k *keeping) isCurrent(s thumbnail.Spec) bool {
	if k.source != s.Source {
		info, err := thumbnail.Describer{Formats: k.extra.Formats}.Describe(k.ctx, k.site.source, s.Source)
		k.source, k.version, k.described = s.Source, info.Version, err
	}
	return k.described != nil || s.Version == k.version
}
