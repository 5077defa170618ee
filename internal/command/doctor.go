package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/doctor"
	"github.com/rest-thumbnails/thumbnail/internal/gallery"
)

var doctorCommand = &command{
	name:    "doctor",
	args:    "URL",
	summary: "checks a deployment at its public URL",
	details: `
Requests a new thumbnail twice at the public URL of a site, and reports problems in plain words: the second request
still reached the handler, wrong media type, redirect loop, permission denied, different key. The thumbnail stays in the
storage. If there is no web server in front of the program, use -no-server.

  THUMBNAIL_KEY=… thumbnail doctor -source /srv/photos https://www.example.com/thumbs/
  THUMBNAIL_KEY=… thumbnail doctor -picture animals/kitten.jpg https://www.example.com/thumbs/
`,
	failure: " or it found a problem",
	flags:   []group{visiting, reading, signing},
	check: func(o *options, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("expected the public URL of the thumbnails, such as https://www.example.com/thumbs/; arguments given: %d", len(args))
		}
		if u, err := url.Parse(args[0]); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("invalid URL %q; it must begin with http:// or https://", args[0])
		}
		return o.needsKey()
	},
	run: examine,
}

// examine requests a thumbnail twice at its public URL, and prints problems of the deployment.
func examine(ctx context.Context, c *call) (err error) {
	signer, err := newSigner(&c.opt)
	if err != nil {
		return err
	}
	picture := c.opt.picture
	if picture == "" {
		src, err := openSource(c.opt.source, c.getenv)
		if err != nil {
			return err
		}
		picture, err = firstPicture(ctx, src)
		if err = errors.Join(err, src.close()); err != nil {
			return err
		}
	}
	links := thumbnail.Links{Base: publicBase(c.args[0]), Signer: signer}
	fmt.Fprintf(c.stdout, "Checking a thumbnail of %s at %s\n", picture, links.Base)
	examiner := doctor.Examiner{Client: &http.Client{Timeout: generation + time.Minute}, NoServer: c.opt.noServer}
	findings, err := examiner.Examine(ctx, links,
		thumbnail.Spec{Source: picture, Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: gallery.ExtensionOf(picture)})
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintln(c.stdout, f)
	}
	if len(findings) > 0 {
		return errReported
	}
	if c.opt.noServer {
		fmt.Fprintln(c.stdout, "No problems found: the handler generated the thumbnail and returned it for both requests.")
		return nil
	}
	fmt.Fprintln(c.stdout, "No problems found: the handler generated the thumbnail, and the second request was served without reaching it.")
	return nil
}

// firstPicture returns the first picture of a source.
func firstPicture(ctx context.Context, src *source) (picture string, err error) {
	_, err = src.tree(ctx, func(name string) error {
		if !gallery.IsPicture(name) || !nameable(name) {
			return nil
		}
		picture = name
		return fs.SkipAll
	})
	if err == nil && picture == "" {
		err = fmt.Errorf("no pictures in %s; set -source to the originals of the site, or -picture to the name of one of them", src.name)
	}
	return picture, err
}

// publicBase returns the base of the thumbnails at a URL: the URL itself, or /thumbs/ if the URL has no
// path.
func publicBase(public string) string {
	if u, err := url.Parse(public); err == nil && strings.Trim(u.Path, "/") == "" {
		return strings.TrimRight(public, "/") + base
	}
	return public
}
