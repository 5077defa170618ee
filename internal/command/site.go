package command

import (
	"errors"
	"log/slog"
	"regexp"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/gallery"
)

// A site has everything that a handler needs.
type site struct {
	opt     *options
	source  *source
	thumbs  *thumbs
	locker  *locker
	signer  thumbnail.Signer
	handler *thumbnail.Handler
	logger  *slog.Logger
	timings *gallery.Timings // nil without a gallery
}

// open opens the source, the storage and the lock that the options select.
func (c *call) open() (s *site, err error) {
	presets, err := readPresets(c.opt.presets)
	if err != nil {
		return nil, err
	}
	s = &site{opt: &c.opt, logger: slog.New(slog.NewTextHandler(c.stderr, nil))}
	defer func() {
		if err != nil {
			err = s.close(err)
		}
	}()
	if s.source, err = openSource(c.opt.source, c.getenv); err != nil {
		return s, err
	}
	prunes := c.command != nil && c.command.name == "prune" // a mistyped name would be an empty directory
	if s.thumbs, err = openThumbs(&c.opt, c.getenv, !prunes); err != nil {
		return s, err
	}
	if s.locker, err = openLock(c.opt.lock, s.logger); err != nil {
		return s, err
	}
	if s.thumbs.remote && c.opt.lock == "memory" && !prunes {
		s.logger.Warn("-lock memory works within one process only: processes that share the bucket may generate the same thumbnail at the same time. Use the same -lock redis://… for all of them or, on one host, -lock file:DIR")
	}
	if s.signer, err = newSigner(&c.opt); err != nil {
		return s, err
	}
	cfg := thumbnail.Config{
		Source:       s.source.Source,
		Storage:      s.thumbs.Storage,
		Signer:       s.signer,
		Encoders:     c.encoders(),
		Formats:      c.extra.Formats,
		Tolerant:     c.opt.tolerant,
		Presets:      presets,
		Locker:       s.locker.Locker,
		Responder:    newResponder(&c.opt, s.thumbs.name),
		Wait:         waitOf(&c.opt),
		Timeout:      generation,
		Workers:      c.opt.workers,
		ServerTiming: c.opt.gallery,
		Logger:       s.logger,

		ServedElsewhere: s.thumbs.remote,
	}
	if c.opt.gallery {
		s.timings = &gallery.Timings{}
		cfg.Observer = s.timings
	}
	s.handler, err = thumbnail.NewHandler(cfg)
	return s, presetsError(&c.opt, err)
}

// presetsError names the presets file in the error for a preset that the handler can't serve.
func presetsError(opt *options, err error) error {
	if err != nil && opt.presets != "" && errors.Is(err, thumbnail.ErrInvalid) {
		message := strings.ReplaceAll(err.Error(), "thumbnail: Config.Presets: ", "")
		return usage("-presets %s: %s", opt.presets, fieldOfConfig.ReplaceAllString(message, ""))
	}
	return err
}

// fieldOfConfig matches hints about fields of Config, because users of this command can't set these fields.
var fieldOfConfig = regexp.MustCompile(` \((Config|Links)\.\w+\)`)

// close closes everything that is open, and adds errors to err.
func (s *site) close(err error) error {
	errs := []error{err}
	if s.locker != nil {
		errs = append(errs, s.locker.close())
	}
	if s.thumbs != nil {
		errs = append(errs, s.thumbs.close())
	}
	if s.source != nil {
		errs = append(errs, s.source.close())
	}
	if errs = withoutNil(errs); len(errs) == 1 {
		return errs[0] // unchanged
	}
	return errors.Join(errs...)
}

func withoutNil(errs []error) (all []error) {
	for _, err := range errs {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}
