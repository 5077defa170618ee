// Command server is a gallery of thumbnails: the shortest way to see the library work.
//
//	go run ./examples/server
//
// starts it at http://127.0.0.1:8080/ with the photos that come with it; -source shows a directory
// of your own. Thumbnails are made on their first request and served under /thumbs/. Every flag can
// be given as an environment variable too: -response-prefix is THUMBNAIL_RESPONSE_PREFIX. -help
// lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/rest-thumbnails/thumbnail"
)

// base is where the thumbnails are mounted.
const base = "/thumbs/"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the process at once.
	context.AfterFunc(ctx, stop)

	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage): // has been told, with the flags
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) (err error) {
	opt, err := parseOptions(args, getenv, stderr)
	if err != nil {
		return err
	}
	if err := refuseSharedRoots(opt); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	src, err := openSource(opt.source, getenv)
	if err != nil {
		return err
	}
	defer src.close()
	if opt.doctor != "" {
		return examine(ctx, opt, src, stdout)
	}
	thumbs, err := openThumbs(opt, getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, thumbs.close()) }()
	locker, err := openLock(opt.lock, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, locker.close()) }()
	if thumbs.remote && opt.lock == "memory" {
		logger.Warn("-lock memory is for one process: if several share the bucket, each of them makes every thumbnail. Give them the same -lock redis://… or, on one host, -lock file:DIR")
	}

	signer, err := newSigner(opt)
	if err != nil {
		return err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:    src.Source,
		Storage:   thumbs.Storage,
		Signer:    signer,
		Encoders:  encoders,
		Locker:    locker.Locker,
		Responder: newResponder(opt, thumbs.name),
		Wait:      opt.wait,
		Timeout:   generation,
		Logger:    logger,
	})
	if err != nil {
		return err
	}

	mux := http.NewServeMux()
	mux.Handle(base, http.StripPrefix("/thumbs", handler))
	if opt.gallery {
		newGallery(src, thumbs, signer).mount(mux)
		tricky, err := newFidelity(signer, opt.wait, logger)
		if err != nil {
			return err
		}
		tricky.mount(mux)
	}
	return serve(ctx, opt, mux, func(url string) {
		fmt.Fprintf(stdout, "Thumbnails of %s: %s\n", src.name, url)
		fmt.Fprintln(stdout, opt.remark(thumbs))
	})
}
