package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A group is flags that belong together. Its value is their heading.
type group string

const (
	serving  group = "How it is served"
	reading  group = "The originals"
	storing  group = "The thumbnails"
	signing  group = "The URLs"
	making   group = "How thumbnails are made"
	looks    group = "What pages ask for"
	knowing  group = "What pages know of an original"
	checking group = "The answers"
	linking  group = "The rest of the URL"
	visiting group = "The visit"
	removing group = "What is removed"
)

// register adds the flags of a group.
func (g group) register(f *flag.FlagSet, o *options, gallery bool) {
	switch g {
	case serving:
		f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
		f.BoolVar(&o.gallery, "gallery", gallery, "show a gallery of all originals at /, and /fidelity; everybody who reaches the address sees it. Without a command it is on")
		f.DurationVar(&o.wait, "wait", 10*time.Second, "how `long` a request waits for a thumbnail that another request is making")
		f.StringVar(&o.response, "response", "stream", "`who` sends the bytes: stream (this program), nginx or apache")
		f.StringVar(&o.prefix, "response-prefix", "", "`path` of nginx's internal location (default: /_thumbs/), or of the thumbnails' directory as Apache sees it (default: that of -thumbs)")
	case reading:
		f.StringVar(&o.source, "source", "", "`directory` of the originals, or s3://bucket/prefix (default: the photos that the program carries)")
	case storing:
		f.StringVar(&o.thumbs, "thumbs", "", "`directory` of the thumbnails, made if absent (default of serve: a temporary one, removed at exit)")
		f.StringVar(&o.storage, "storage", "", "`bucket` of the thumbnails, s3://name/prefix, instead of a directory")
	case signing:
		f.StringVar(&o.key, "key", "", "secret `key` that signs the URLs, at least 16 bytes (default of serve: a random one). Better in the variable, because everybody can read the arguments of a process")
		f.StringVar(&o.oldKey, "old-key", "", "previous `key`: its URLs are still good")
		f.StringVar(&o.signer, "signer", "hmac", "`how` URLs are signed: hmac, or django for those of django-rest-thumbnails, where the key is its SECRET_KEY")
	case making:
		f.StringVar(&o.lock, "lock", "memory", "`what` keeps two requests from making the same thumbnail: memory, within one process; file:DIR, on one host; redis://[user:password@]host:port/db, anywhere")
		f.IntVar(&o.workers, "workers", 0, "`number` of thumbnails that are made at a time (default: one for each processor)")
		f.BoolVar(&o.tolerant, "tolerant", false, "show what there is of a damaged original, if it is a tenth at least; by default it is refused")
	case looks:
		f.StringVar(&o.presets, "presets", "", "JSON `file` of the looks that pages ask for, with the fields of thumbnail.Preset: "+presetsExample)
	case knowing:
		f.BoolVar(&o.describe, "describe", false, "pages know the size and the version that thumbnail.Describe finds in the content of an original: their URLs have that version, and no file is larger than its original")
	case checking:
		f.BoolVar(&o.json, "json", false, "write a line of JSON for each file: file, width, height, version, color, or error")
	case linking:
		f.StringVar(&o.base, "base", "/thumbs/", "`where` thumbnails are served: /path/, https://host/path/")
		f.StringVar(&o.version, "version", "", "`version` of the original, 1 to 32 letters, digits and _")
	case visiting:
		f.StringVar(&o.picture, "picture", "", "`name` of the original whose thumbnail is asked for (default: the first of -source)")
	case removing:
		f.BoolVar(&o.dryRun, "dry-run", false, "count, and delete nothing")
		f.Var(&o.maxBytes, "max-bytes", "`size` that all thumbnails may have together, such as 10GB: what was used least recently goes first")
		f.Var(&o.maxAge, "max-age", "how `long` a thumbnail may be unused, such as 90d, as far as the storage knows when it was read")
		f.BoolVar(&o.dropOldKey, "drop-old-key", false, "remove what is signed with -old-key")
		f.BoolVar(&o.keepOrphans, "keep-orphans", false, "keep thumbnails whose original is gone, and look at no original")
	}
}

// newFlags makes the flags of a command.
func newFlags(o *options, c *command, gallery bool) *flag.FlagSet {
	o.signer, o.response, o.lock = "hmac", "stream", "memory" // where a command has no such flag
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	for _, g := range c.flags {
		g.register(flags, o, gallery)
	}
	return flags
}

// parse reads the flags, wherever they stand, and then the environment. It returns the other
// arguments.
func parse(flags *flag.FlagSet, args []string, getenv func(string) string) (others []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			break
		}
		if n := len(args) - flags.NArg(); n > 0 && args[n-1] == "--" {
			others = append(others, flags.Args()...)
			break
		}
		others, args = append(others, flags.Arg(0)), flags.Args()[1:]
	}
	return others, fromEnvironment(flags, getenv)
}

// fromEnvironment sets the flags that were not given from variables like THUMBNAIL_RESPONSE_PREFIX.
// An empty variable is as good as none.
func fromEnvironment(flags *flag.FlagSet, getenv func(string) string) error {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var errs []error
	flags.VisitAll(func(f *flag.Flag) {
		name := variable(f.Name)
		value := getenv(name)
		if given[f.Name] || value == "" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("invalid value %q for %s: %w", value, name, err))
		}
	})
	return errors.Join(errs...)
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "THUMBNAIL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func parseFloat(s string) (float64, error) {
	if strings.ContainsAny(s, "nNxXpP_") { // NaN, Inf and what only programmers write
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// sorted are the names of a command's flags, by group.
func (c *command) sorted(g group) (flags []*flag.Flag) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	g.register(set, new(options), false)
	set.VisitAll(func(f *flag.Flag) { flags = append(flags, f) })
	slices.SortStableFunc(flags, func(a, b *flag.Flag) int { return strings.Compare(a.Name, b.Name) })
	return flags
}
