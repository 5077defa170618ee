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

// A group is a set of flags that belong together. Its value is the heading of these flags in -help.
type group string

const (
	serving  group = "Serving"
	reading  group = "Originals"
	storing  group = "Thumbnails"
	signing  group = "URL signing"
	rotating group = "Key rotation"
	making   group = "Decoding"
	sharing  group = "Concurrency"
	looks    group = "Presets"
	knowing  group = "Original metadata"
	checking group = "Output"
	linking  group = "URL"
	visiting group = "Request"
	removing group = "Removal"
)

// register adds the flags of a group to a flag set.
func (g group) register(f *flag.FlagSet, o *options, gallery bool) {
	switch g {
	case serving:
		f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`HOST:PORT` to listen on; without HOST, all addresses; port 0 picks a free port")
		f.BoolVar(&o.gallery, "gallery", gallery, "serve a gallery of all originals at /, and /fidelity; anyone who can reach the address can see it. On by default if no command is given")
		f.DurationVar(&o.wait, "wait", 10*time.Second, "`DURATION`: how long a request waits for a thumbnail that another request is generating, such as 500ms; 0 responds with 404 immediately")
		f.StringVar(&o.response, "response", "stream", "`stream|nginx|apache`: what sends the bytes. stream: this program. nginx, apache: the web server in front of it, which reads the file named in X-Accel-Redirect or X-Sendfile")
		f.StringVar(&o.prefix, "response-prefix", "", "`PATH` of nginx's internal location (default: /_thumbs/), or of the thumbnail directory as Apache sees it (default: the -thumbs directory)")
	case reading:
		f.StringVar(&o.source, "source", "", "`DIRECTORY` of the originals, or s3://bucket/prefix (default for serve and doctor: built-in photos)")
	case storing:
		f.StringVar(&o.thumbs, "thumbs", "", "`DIRECTORY` of the thumbnails; must not overlap -source. Created if missing, except by prune (default for serve: a temporary directory, removed at exit)")
		f.StringVar(&o.storage, "storage", "", "`s3://BUCKET/PREFIX` of the thumbnails, instead of a directory")
	case signing:
		f.StringVar(&o.key, "key", "", "`SECRET` that signs URLs, at least 16 bytes; \"openssl rand -hex 32\" generates one. All commands, and all programs that print URLs of the site, must use the same key. "+
			"Prefer the environment variable: other users of the machine can read command-line arguments. Changing the key changes all URLs and file names; see -old-key (default for serve: a random key, so URLs stop working when the program exits)")
		f.StringVar(&o.signer, "signer", "hmac", "`hmac|django`: how URLs are signed; django is compatible with django-rest-thumbnails, with its SECRET_KEY as -key")
	case rotating:
		f.StringVar(&o.oldKey, "old-key", "", "`SECRET`: the previous -key. To rotate the key, run serve with the new -key and the previous one as -old-key, so that URLs in caches and emails keep working; "+
			"print URLs with the new -key, which generates their thumbnails again; after a few weeks, run serve without -old-key, and remove its thumbnails with prune -old-key and -drop-old-key")
	case making:
		f.BoolVar(&o.tolerant, "tolerant", false, "accept a damaged original if at least a tenth of it can be decoded, and show that part; by default, damaged originals are rejected")
	case sharing:
		f.StringVar(&o.lock, "lock", "memory", "`memory|file:DIR|redis://HOST:PORT/DB`: prevents a thumbnail from being generated twice at the same time. memory: within this process. file:DIR: across processes on this host that use the same DIR, which must not be on a network file system. "+
			"redis://[user:password@]host:port/db, or rediss:// for TLS: across hosts; if Redis is down, thumbnails are generated without a lock, possibly twice. Locks only save work; thumbnails are correct without them")
		f.IntVar(&o.workers, "workers", 0, "`NUMBER` of thumbnails generated in parallel (default: one per CPU)")
	case looks:
		f.StringVar(&o.presets, "presets", "", "`FILE` of presets in JSON, with the fields of thumbnail.Preset: "+presetsExample)
	case knowing:
		f.BoolVar(&o.describe, "describe", false, "read the size and version of each original, as thumbnail.Describe does: URLs contain the version, and no thumbnail is larger than its original")
	case checking:
		f.BoolVar(&o.json, "json", false, "print one line of JSON per file: file, width, height, version, color, or error")
	case linking:
		f.StringVar(&o.base, "base", "/thumbs/", "base `URL` of the thumbnails: /path/ or https://host/path/")
		f.StringVar(&o.version, "version", "", "`VERSION` of the original: 1 to 32 letters, digits, or underscores")
	case visiting:
		f.StringVar(&o.picture, "picture", "", "`NAME` of the original whose thumbnail is requested (default: the first one in -source)")
		f.BoolVar(&o.noServer, "no-server", false, "no web server or CDN in front of the program serves stored thumbnails, so every request is expected to reach the program")
	case removing:
		f.BoolVar(&o.dryRun, "dry-run", false, "count thumbnails, but delete nothing")
		f.Var(&o.maxBytes, "max-bytes", "maximum total `SIZE` of all thumbnails, such as 10GB; the least recently used ones are removed first")
		f.Var(&o.maxAge, "max-age", "`DURATION`: remove thumbnails that were not used for this long, such as 90d, as far as the storage records access times")
		f.BoolVar(&o.dropOldKey, "drop-old-key", false, "remove thumbnails signed with -old-key")
		f.BoolVar(&o.keepOrphans, "keep-orphans", false, "keep thumbnails whose original no longer exists, without reading the originals")
	}
}

// newFlags returns the flags of a command.
func newFlags(o *options, c *command, gallery bool) *flag.FlagSet {
	o.signer, o.response, o.lock = "hmac", "stream", "memory" // defaults for commands without these flags
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	for _, g := range c.flags {
		g.register(flags, o, gallery)
	}
	return flags
}

// parse parses the flags, which may follow other arguments, and then the environment. It returns the other
// arguments.
func parse(flags *flag.FlagSet, args []string, getenv func(string) string) (others []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, flagError(err)
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

// flagError rewords an error of package flag.
func flagError(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: "); ok {
		return fmt.Errorf("unknown flag %s", name)
	}
	if _, name, ok := strings.Cut(text, " for flag -"); ok {
		name, _, _ = strings.Cut(name, ":")
		if strings.HasSuffix(text, ": parse error") {
			return fmt.Errorf("%s: %s", strings.TrimSuffix(text, ": parse error"), valid[name])
		}
	}
	return err
}

// valid describes the valid values of the flags that package flag parses.
var valid = map[string]string{"wait": "must be a duration, such as 10s or 500ms", "workers": "must be an integer, such as 4"}

// validValue describes the valid values of a flag, for the error about its environment variable.
func validValue(f *flag.Flag, err error) error {
	if says, ok := valid[f.Name]; ok {
		return errors.New(says)
	}
	if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
		return errors.New("must be true or false")
	}
	return err
}

// fromEnvironment sets the flags that were not given from variables like THUMBNAIL_RESPONSE_PREFIX. An
// empty variable counts as unset.
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
			errs = append(errs, fmt.Errorf("invalid value %q for %s: %w", value, name, validValue(f, err)))
		}
	})
	return errors.Join(errs...)
}

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return "THUMBNAIL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func parseFloat(s string) (float64, error) {
	if strings.ContainsAny(s, "nNxXpP_") { // NaN, Inf, and notations that only programmers use
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// sorted returns the names of a command's flags, by group.
func (c *command) sorted(g group) (flags []*flag.Flag) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	g.register(set, new(options), false)
	set.VisitAll(func(f *flag.Flag) { flags = append(flags, f) })
	slices.SortStableFunc(flags, func(a, b *flag.Flag) int { return strings.Compare(a.Name, b.Name) })
	return flags
}
