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
			return fmt.Errorf("it takes the public URL of the thumbnails, such as https://www.example.com/thumbs/, not %d arguments", len(args))
		}
		if u, err := url.Parse(args[0]); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("%q is not a URL that begins with http:// or https://", args[0])
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
	fmt.Fprintf(c.stdout, "Examining a thumbnail of %s at %s\n", picture, links.Base)
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
		fmt.Fprintln(c.stdout, "All is well: the thumbnail was made, and came a second time.")
		return nil
	}
	fmt.Fprintln(c.stdout, "All is well: the handler made the thumbnail, and did not hear of the second request.")
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
		err = fmt.Errorf("it needs a picture, and there is none in %s: give the -source of the site, or the name of a -picture in it", src.name)
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
