package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/doctor"
)

// errFindings says that something is wrong; what, has been told.
var errFindings = errors.New("not all is well")

// examine requests a thumbnail of the source's first picture twice at its public URL, and tells
// what is wrong on the way.
func examine(ctx context.Context, opt options, src *source, stdout io.Writer) error {
	signer, err := newSigner(opt)
	if err != nil {
		return err
	}
	found, err := listPictures(ctx, src.tree, (&gallery{signer: signer}).linkable, 0, 1)
	if err != nil {
		return err
	}
	if len(found.Pictures) == 0 {
		return fmt.Errorf("-doctor needs a picture, and there is none in %s", src.name)
	}
	picture := found.Pictures[0]
	links := thumbnail.Links{Base: publicBase(opt.doctor), Signer: signer}
	fmt.Fprintf(stdout, "Examining a thumbnail of %s at %s\n", picture, links.Base)
	findings, err := doctor.Examine(ctx, &http.Client{Timeout: opt.wait + generation + 30*time.Second}, links,
		thumbnail.Spec{Source: picture, Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: extension(picture)})
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintln(stdout, f)
	}
	if len(findings) > 0 {
		return errFindings
	}
	fmt.Fprintln(stdout, "All is well: the handler made the thumbnail, and did not hear of the second request.")
	return nil
}

// publicBase is where the thumbnails of a URL are: under /thumbs/, unless the URL says more than a
// host.
func publicBase(public string) string {
	if u, err := url.Parse(public); err == nil && strings.Trim(u.Path, "/") == "" {
		return strings.TrimRight(public, "/") + base
	}
	return public
}
