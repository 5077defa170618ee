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

// A group is a set of flags that belong together. Its value is their heading in -help.
type group string

const (
	serving  group = "How it is served"
	reading  group = "The originals"
	storing  group = "The thumbnails"
	signing  group = "The URLs"
	rotating group = "A change of the key"
	making   group = "How thumbnails are made"
	sharing  group = "Several at a time"
	looks    group = "What pages ask for"
	knowing  group = "What pages know of an original"
	checking group = "The answers"
	linking  group = "The rest of the URL"
	visiting group = "The visit"
	removing group = "What is removed"
)

// register adds the flags of a group to a flag set.
func (g group) register(f *flag.FlagSet, o *options, gallery bool) {
	switch g {
	case serving:
		f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`HOST:PORT` to listen at; without a host at all addresses; port 0 takes a free one")
		f.BoolVar(&o.gallery, "gallery", gallery, "show a gallery of all originals at /, and /fidelity; everybody who reaches the address sees it. Without a command it is on")
		f.DurationVar(&o.wait, "wait", 10*time.Second, "`TIME` that a request waits for a thumbnail that another request is making, such as 500ms; 0 answers 404 at once")
		f.StringVar(&o.response, "response", "stream", "`stream|nginx|apache`: who sends the bytes. stream: this program. nginx, apache: it names the file, by X-Accel-Redirect or X-Sendfile, and the web server before it sends it")
		f.StringVar(&o.prefix, "response-prefix", "", "`PATH` of nginx's internal location (default: /_thumbs/), or of the thumbnails' directory as Apache sees it (default: that of -thumbs)")
	case reading:
		f.StringVar(&o.source, "source", "", "`DIRECTORY` of the originals, or s3://bucket/prefix (default of serve and doctor: the photos that the program carries)")
	case storing:
		f.StringVar(&o.thumbs, "thumbs", "", "`DIRECTORY` of the thumbnails, made if absent, but not by prune; not inside of -source (default of serve: a temporary one, removed at exit)")
		f.StringVar(&o.storage, "storage", "", "`s3://BUCKET/PREFIX` of the thumbnails, instead of a directory")
	case signing:
		f.StringVar(&o.key, "key", "", "`SECRET` that signs the URLs, at least 16 bytes, the same for all commands and for all programs that print URLs of the site; \"openssl rand -hex 32\" makes a good one. "+
			"Better in the variable, because everybody on the machine can read the arguments of a process. With another key all URLs and names of files are different: see -old-key (default of serve: a random one, so that URLs end with the program)")
		f.StringVar(&o.signer, "signer", "hmac", "`hmac|django`: how URLs are signed; django for those of django-rest-thumbnails, where the key is its SECRET_KEY")
	case rotating:
		f.StringVar(&o.oldKey, "old-key", "", "`SECRET` that was the -key before. To change a key: serve with the new -key and the old one as -old-key, so that URLs in caches and mails work on; "+
			"print URLs with the new -key, which makes their thumbnails anew; after some weeks leave -old-key out, and remove its thumbnails by prune -drop-old-key")
	case making:
		f.BoolVar(&o.tolerant, "tolerant", false, "show what there is of a damaged original, if it is a tenth at least; by default it is refused")
	case sharing:
		f.StringVar(&o.lock, "lock", "memory", "`memory|file:DIR|redis://HOST:PORT/DB`: what keeps two from making the same thumbnail at the same time. memory: requests of this process. file:DIR: processes of this host that have the same DIR, which must not be on a network drive. "+
			"redis://[user:password@]host:port/db, or rediss:// with TLS: all hosts; if Redis is down, thumbnails are made without a lock, perhaps twice. A lock never makes a picture wrong, it only saves work")
		f.IntVar(&o.workers, "workers", 0, "`NUMBER` of thumbnails that are made at a time (default: one for each processor)")
	case looks:
		f.StringVar(&o.presets, "presets", "", "`FILE` of the looks that pages ask for, JSON with the fields of thumbnail.Preset: "+presetsExample)
	case knowing:
		f.BoolVar(&o.describe, "describe", false, "pages know the size and the version that thumbnail.Describe finds in the content of an original: their URLs have that version, and no file is larger than its original")
	case checking:
		f.BoolVar(&o.json, "json", false, "write a line of JSON for each file: file, width, height, version, color, or error")
	case linking:
		f.StringVar(&o.base, "base", "/thumbs/", "`URL` where thumbnails are served: /path/ or https://host/path/")
		f.StringVar(&o.version, "version", "", "`VERSION` of the original, 1 to 32 letters, digits and _")
	case visiting:
		f.StringVar(&o.picture, "picture", "", "`NAME` of the original whose thumbnail is asked for (default: the first of -source)")
		f.BoolVar(&o.noServer, "no-server", false, "no web server or CDN before the program is meant to answer for stored thumbnails: it is right that each request reaches the program")
	case removing:
		f.BoolVar(&o.dryRun, "dry-run", false, "count, and delete nothing")
		f.Var(&o.maxBytes, "max-bytes", "`SIZE` that all thumbnails may have together, such as 10GB: what was used least recently goes first")
		f.Var(&o.maxAge, "max-age", "`TIME` for which a thumbnail may be unused, such as 90d, as far as the storage knows when it was read")
		f.BoolVar(&o.dropOldKey, "drop-old-key", false, "remove what is signed with -old-key")
		f.BoolVar(&o.keepOrphans, "keep-orphans", false, "keep thumbnails whose original is gone, and look at no original")
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
		return fmt.Errorf("there is no flag %s here", name)
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
var valid = map[string]string{"wait": "a time is such as 10s or 500ms", "workers": "a whole number is wanted, such as 4"}

// validValue describes the valid values of a flag, for the error about its environment variable.
func validValue(f *flag.Flag, err error) error {
	if says, ok := valid[f.Name]; ok {
		return errors.New(says)
	}
	if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
		return errors.New("true or false is wanted")
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
