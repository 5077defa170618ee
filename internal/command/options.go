package command

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// options are the values of the flags.
type options struct {
	addr     string
	source   string // directory or s3://bucket/prefix; "" means the built-in photos
	thumbs   string // directory; "" means a temporary directory
	storage  string // s3://bucket/prefix; "" means the directory thumbs
	key      string // signing key; "" means a random key
	oldKey   string // accepted, but not used for signing
	signer   string // hmac, django
	wait     time.Duration
	response string // stream, nginx, apache
	prefix   string // prefix that response uses
	lock     string // memory, file:DIR, redis://…
	gallery  bool   // whether to serve the gallery's pages, too
	tolerant bool
	workers  int    // 0 means one worker for each CPU
	presets  string // file; "" means none
	describe bool   // pages use the Info of Describe

	base, version string // flags of the command url
	picture       string // flag of the command doctor
	noServer      bool
	json          bool // flag of the command check

	maxBytes    byteSize // flag of the command prune
	maxAge      age
	dryRun      bool
	dropOldKey  bool
	keepOrphans bool
}

// check finds invalid combinations and values that the types of the flags allow.
func (o *options) check(c *command) error {
	switch {
	case o.signer != "hmac" && o.signer != "django":
		return fmt.Errorf("-signer must be hmac or django, got %q", o.signer)
	case o.response != "stream" && o.response != "nginx" && o.response != "apache":
		return fmt.Errorf("-response must be stream, nginx, or apache, got %q", o.response)
	case o.prefix != "" && o.response == "stream":
		return errors.New("-response-prefix requires -response nginx or apache")
	case o.response != "stream" && o.thumbs == "" && o.storage == "":
		return fmt.Errorf("-response %s requires -thumbs DIR, the directory that the web server reads; the default is a temporary one", o.response)
	case o.wait < 0:
		return fmt.Errorf("-wait must not be negative, got %v", o.wait)
	case o.workers < 0:
		return fmt.Errorf("-workers must not be negative, got %d; 0 means one per CPU", o.workers)
	case o.storage != "" && o.thumbs != "":
		return errors.New("-storage and -thumbs are mutually exclusive")
	case o.storage != "" && !isBucket(o.storage):
		return fmt.Errorf("-storage must be s3://bucket/prefix, got %q; use -thumbs for a directory", o.storage)
	case o.storage != "" && o.response == "apache":
		return errors.New("-response apache requires files; use -thumbs instead of -storage")
	case o.oldKey != "" && o.key == "":
		return errors.New("-old-key requires the new -key")
	}
	if c.has(serving) {
		if err := checkAddr(o.addr); err != nil {
			return err
		}
	}
	for _, place := range []struct{ flag, value string }{{"source", o.source}, {"storage", o.storage}} {
		if _, err := parseBucket(place.value); isBucket(place.value) && err != nil {
			return fmt.Errorf("-%s: %w", place.flag, err)
		}
	}
	if _, err := parseLock(o.lock); err != nil {
		return fmt.Errorf("-lock: %w", err)
	}
	if c.has(signing) {
		if _, err := newSigner(o); err != nil {
			return err
		}
	}
	if c.has(storing) {
		return refuseSharedRoots(o)
	}
	return nil
}

// checkAddr finds an invalid address before anything else is opened.
func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("-addr must be HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses, got %q", addr)
	}
	return nil
}

// has reports whether a command has a group of flags.
func (c *command) has(g group) bool { return slices.Contains(c.flags, g) }

// needsKey returns an error if there is no key, because a random key would make the results of the command useless.
func (o *options) needsKey() error {
	if o.key != "" {
		return nil
	}
	return errors.New("-key or the environment variable THUMBNAIL_KEY is required; use the key that signs the URLs of the site")
}

// needsStorage returns an error if there is no permanent storage.
func (o *options) needsStorage() error {
	if o.thumbs != "" || o.storage != "" {
		return nil
	}
	return errors.New("-thumbs DIR or -storage s3://bucket/prefix is required; use the same one as for serve")
}

// needsSource returns an error if no source is given, because the built-in photos are not the originals of a site.
func (o *options) needsSource() error {
	if o.source != "" {
		return nil
	}
	return errors.New("-source DIR or -source s3://bucket/prefix is required; use the same one as for serve")
}

// needsPresets returns an error if there are no presets, because only they define which files pages request.
func (o *options) needsPresets() error {
	if o.presets != "" {
		return nil
	}
	return errors.New("-presets FILE is required; it lists the thumbnails to generate. Example: " + presetsExample)
}

// A byteSize is the value of a flag such as 10GB, 500MiB, or 1000000.
type byteSize int64

var byteUnits = []struct {
	name   string
	factor float64
}{
	{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"B", 1}, {"", 1},
}

func (b *byteSize) Set(s string) error {
	for _, unit := range byteUnits {
		number, ok := strings.CutSuffix(strings.ToUpper(s), unit.name)
		if !ok {
			continue
		}
		n, err := parseFloat(strings.TrimSpace(number))
		if err != nil || n <= 0 || n*unit.factor >= 1<<62 {
			break
		}
		*b = byteSize(n * unit.factor)
		return nil
	}
	return errors.New("must be a positive number of bytes, such as 10GB, 500MiB, or 1000000")
}

func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return bytesText(int64(*b))
}

// bytesText formats a number of bytes for people.
func bytesText(n int64) string {
	for _, unit := range []struct {
		name  string
		bytes float64
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if float64(n) >= unit.bytes {
			return fmt.Sprintf("%.1f %s", float64(n)/unit.bytes, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// An age is the value of a flag such as 90d or 12h.
type age time.Duration

func (a *age) Set(s string) error {
	d, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n float64
		n, err = parseFloat(days)
		d = time.Duration(n * 24 * float64(time.Hour))
	}
	if err != nil || d <= 0 {
		return errors.New("must be a positive duration, such as 90d or 12h")
	}
	*a = age(d)
	return nil
}

func (a *age) String() string {
	if *a == 0 {
		return ""
	}
	return time.Duration(*a).String()
}
