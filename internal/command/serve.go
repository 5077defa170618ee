package command

import (
	"context"
	"fmt"
	"net/http"
	"runtime"

	"github.com/rest-thumbnails/thumbnail/internal/gallery"
)

// base is the path at which the thumbnails are mounted.
const base = "/thumbs/"

var serveCommand = &command{
	name:    "serve",
	summary: "serves thumbnails under /thumbs/, and optionally a gallery",
	details: `
Generates each thumbnail on its first request, stores it under the path of its URL, and serves it under /thumbs/.
Runs until Ctrl-C or SIGTERM, then finishes the requests in progress and exits.

  thumbnail serve -gallery -source ~/Pictures
  THUMBNAIL_KEY=… thumbnail serve -source /srv/photos -thumbs /srv/thumbs -response nginx -presets presets.json
`,
	failure: ", for example because the address is in use or a directory cannot be used",
	flags:   []group{serving, reading, storing, signing, rotating, making, sharing, looks},
	run:     serve,
}

// serve serves until ctx ends.
func serve(ctx context.Context, c *call) (err error) {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = s.close(err) }()
	mux := http.NewServeMux()
	mux.Handle(base, http.StripPrefix("/thumbs", s.handler))
	if c.opt.gallery {
		pages, err := gallery.New(gallery.Config{
			Source: s.source.Source, Tree: s.source.tree, Name: s.source.name, Storage: s.thumbs.Storage, Remote: s.thumbs.remote || isBucket(c.opt.source),
			Links: s.handler.Links(base), Timings: s.timings,
			Encoders: c.encoders(), Formats: c.extra.Formats, Wait: waitOf(&c.opt), Timeout: generation, Logger: s.logger,
		})
		if err != nil {
			return err
		}
		pages.Mount(mux)
	}
	spareProcessor(c.getenv)
	return listen(ctx, &c.opt, mux, func(url string) {
		fmt.Fprintf(c.stdout, "Thumbnails of %s: %s\n", s.source.name, url)
		fmt.Fprintln(c.stdout, s.remark())
	})
}

// remark says where the thumbnails are, and how long their URLs are valid.
func (s *site) remark() string {
	remark := "Thumbnails are stored in " + s.thumbs.name
	if s.thumbs.temporary {
		remark += ", which is removed at exit"
	}
	remark += "."
	if s.opt.key == "" {
		remark += " The key is random, so these URLs stop working when the program exits. Set -key to keep them valid."
	}
	return remark
}

// spareProcessor sets GOMAXPROCS to one more than the number of CPUs, unless the environment sets it. While all
// workers compute, the additional processor accepts requests for stored thumbnails immediately. Without it, Go
// would poll the network only every 10 ms.
func spareProcessor(getenv func(string) string) {
	if n := runtime.GOMAXPROCS(0); getenv("GOMAXPROCS") == "" && n <= runtime.NumCPU() {
		runtime.GOMAXPROCS(n + 1)
	}
}
