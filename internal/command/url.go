package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

var urlCommand = &command{
	name:    "url",
	args:    "SOURCE SIZE METHOD EXT",
	summary: "prints the signed URL of a thumbnail",
	details: `
Prints the signed URL of one thumbnail, without requesting or generating it. With -presets, takes a source and the name
of a preset instead, and prints the URLs of all files of the preset:

  thumbnail url animals/kitten.jpg 100x100 crop .jpg
  thumbnail url -presets presets.json animals/kitten.jpg card
`,
	flags: []group{signing, linking, looks},
	check: func(o *options, args []string) error {
		if o.presets != "" && len(args) == 2 || len(args) == 4 {
			return o.needsKey()
		}
		return fmt.Errorf("expected SOURCE SIZE METHOD EXT (such as animals/kitten.jpg 100x100 crop .jpg) or -presets FILE SOURCE PRESET; arguments given: %d", len(args))
	},
	run: printURL,
}

func printURL(_ context.Context, c *call) error {
	presets, err := readPresets(c.opt.presets)
	if err != nil {
		return err
	}
	handler, err := c.unstored(presets)
	if err != nil {
		return presetsError(&c.opt, err)
	}
	links := handler.Links(c.opt.base)
	var specs []thumbnail.Spec
	if len(c.args) == 2 {
		specs = slices.Collect(links.Specs(versioned{c.args[0], c.opt.version}, c.args[1]))
		if _, ok := presets[c.args[1]]; !ok {
			return usage("unknown preset %q; expected one of %s", c.args[1], strings.Join(slices.Sorted(maps.Keys(presets)), ", "))
		}
		if len(specs) == 0 {
			return usage("invalid source %q or version %q; a source is a path, such as animals/kitten.jpg, and a version is empty or 1 to 32 letters, digits, or underscores", c.args[0], c.opt.version)
		}
	} else {
		size, err := thumbnail.ParseSize(c.args[1])
		if err != nil {
			return usageError{plain(err)}
		}
		specs = append(specs, thumbnail.Spec{Source: c.args[0], Size: size, Method: c.args[2], Ext: c.args[3], Version: c.opt.version})
	}
	for _, s := range specs {
		url, err := links.URL(s)
		if err != nil {
			return usageError{plain(err)}
		}
		fmt.Fprintln(c.stdout, url)
	}
	return nil
}

// plain removes the library's own names from an error.
func plain(err error) error {
	return errors.New(fieldOfConfig.ReplaceAllString(strings.TrimPrefix(err.Error(), thumbnail.ErrInvalid.Error()+": "), ""))
}

// versioned is an original with a version, if known.
type versioned struct{ name, version string }

func (v versioned) Name() string              { return v.name }
func (v versioned) ImageInfo() thumbnail.Info { return thumbnail.Info{Version: v.version} }

// unstored returns a handler without a storage, only for its methods, extensions and limits.
func (c *call) unstored(presets thumbnail.Presets) (*thumbnail.Handler, error) {
	signer, err := newSigner(&c.opt)
	if err != nil {
		return nil, err
	}
	return thumbnail.NewHandler(thumbnail.Config{
		Source: storage.NewMemory(), Storage: storage.NewMemory(), Signer: signer, Encoders: c.encoders(), Formats: c.extra.Formats,
		Tolerant: c.opt.tolerant, Presets: presets, Timeout: generation,
	})
}
