package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// options are what the flags say.
type options struct {
	addr     string
	source   string // directory; "" means the photos that come with the program
	thumbs   string // directory; "" means a temporary one
	key      string // "" means a random one
	signer   string // hmac, django
	wait     time.Duration
	response string // stream, nginx, apache
	prefix   string // of response
	storage  string // s3://bucket/prefix; "" means the directory thumbs
	lock     string // memory, file:DIR, redis://…
	doctor   string // public URL to examine; "" means to serve
	gallery  bool   // whether to show pages, too
}

// errUsage is a mistake in a flag that has been told already.
var errUsage = errors.New("usage")

// parseOptions reads the flags and, for those that are not given, the environment. It tells
// mistakes on stderr.
func parseOptions(args []string, getenv func(string) string, stderr io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "A gallery of thumbnails. Each flag may be given as a variable too: -addr as THUMBNAIL_ADDR, and so on.")
		flags.PrintDefaults()
		fmt.Fprint(stderr, helpOnBuckets)
	}
	flags.StringVar(&opt.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	flags.StringVar(&opt.source, "source", "", "directory of the originals, or s3://bucket/prefix (default: the photos that come with the program)")
	flags.StringVar(&opt.thumbs, "thumbs", "", "directory of the thumbnails, made if absent (default: a temporary one, removed at exit)")
	flags.StringVar(&opt.key, "key", "", "secret key that signs the URLs, at least 16 bytes (default: a random one)")
	flags.StringVar(&opt.signer, "signer", "hmac", "how URLs are signed: hmac, or django for those of django-rest-thumbnails, where the key is its SECRET_KEY")
	flags.DurationVar(&opt.wait, "wait", 10*time.Second, "how long a request waits for a thumbnail that another request is making")
	flags.StringVar(&opt.response, "response", "stream", "who sends the bytes: stream (this program), nginx or apache")
	flags.StringVar(&opt.storage, "storage", "", "s3://bucket/prefix, to keep the thumbnails there and not in a directory (-thumbs)")
	flags.StringVar(&opt.lock, "lock", "memory", "what keeps two requests from making the same thumbnail: memory, within one process; file:DIR, on one host; redis://[user:password@]host:port/db, anywhere")
	flags.StringVar(&opt.prefix, "response-prefix", "", "nginx: the internal location (default /_thumbs/); apache: the directory as Apache sees it (default: that of -thumbs)")
	flags.BoolVar(&opt.gallery, "gallery", true, "show the gallery at / and /fidelity; false serves thumbnails alone, for production: the gallery links to every original")
	flags.StringVar(&opt.doctor, "doctor", "", "serve nothing, but examine a deployment with this -key, -signer and -source at its public `URL`, and say what is wrong")

	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return opt, err
	case err != nil:
		return opt, errUsage
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	default:
		if err = fromEnvironment(flags, getenv); err == nil {
			err = opt.check()
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		flags.Usage()
		return opt, errUsage
	}
	return opt, nil
}

// fromEnvironment sets the flags that were not given from variables like THUMBNAIL_RESPONSE_PREFIX.
// An empty variable is as good as none.
func fromEnvironment(flags *flag.FlagSet, getenv func(string) string) (err error) {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	flags.VisitAll(func(f *flag.Flag) {
		name := variable(f.Name)
		value := getenv(name)
		if given[f.Name] || value == "" || err != nil {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = fmt.Errorf("invalid value %q for %s: %w", value, name, e)
		}
	})
	return err
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "THUMBNAIL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// check finds what the types of the flags do not.
func (o options) check() error {
	switch {
	case o.signer != "hmac" && o.signer != "django":
		return fmt.Errorf("-signer is hmac or django, not %q", o.signer)
	case o.response != "stream" && o.response != "nginx" && o.response != "apache":
		return fmt.Errorf("-response is stream, nginx or apache, not %q", o.response)
	case o.prefix != "" && o.response == "stream":
		return errors.New("-response-prefix needs -response nginx or apache")
	case o.doctor != "" && o.key == "":
		return errors.New("-doctor needs the -key of the deployment")
	case o.wait < 0:
		return fmt.Errorf("-wait is negative: %v", o.wait)
	case o.storage != "" && o.thumbs != "":
		return errors.New("-storage and -thumbs: the thumbnails are kept in one place")
	case o.storage != "" && !isBucket(o.storage):
		return fmt.Errorf("-storage is s3://bucket/prefix, not %q; -thumbs takes a directory", o.storage)
	case o.storage != "" && o.response == "apache":
		return errors.New("-response apache needs the files: -thumbs, not -storage")
	}
	for flag, value := range map[string]string{"source": o.source, "storage": o.storage} {
		if _, err := parseBucket(value); isBucket(value) && err != nil {
			return fmt.Errorf("-%s: %w", flag, err)
		}
	}
	if _, err := parseLock(o.lock); err != nil {
		return fmt.Errorf("-lock: %w", err)
	}
	return nil
}

// remark says where the thumbnails are, and for how long they are good.
func (o options) remark(t *thumbs) string {
	remark := "They are stored in " + t.name
	if t.temporary {
		remark += ", which is removed at exit"
	}
	remark += "."
	if o.key == "" {
		remark += " The key is random: their URLs are good until the program ends. Give -key for URLs that last."
	}
	return remark
}
