package front

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main is the main function of an example: it starts the gallery and a web server in front of it, prints
// the address, and stops both on Ctrl-C or SIGTERM.
func Main(k Kind) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, k, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage): // the error has been printed
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", k.Name, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

// options are the values of the flags.
type options struct{ addr, source, thumbs, key string }

func parse(k Kind, args []string, stderr io.Writer) (opt options, err error) {
	flags := flag.NewFlagSet(k.Program, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opt.addr, "addr", "127.0.0.1:8080", "address of "+k.Name+"; port 0 takes a free one")
	flags.StringVar(&opt.source, "source", "", "directory of the originals (default: the photos that come with the gallery)")
	flags.StringVar(&opt.thumbs, "thumbs", "", "directory of the thumbnails, made if absent (default: a temporary one, removed at exit)")
	flags.StringVar(&opt.key, "key", "", "secret key that signs the URLs, at least 16 bytes (default: a random one)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return opt, err
	case err != nil:
		return opt, errUsage
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "unexpected argument %q\n", flags.Arg(0))
		return opt, errUsage
	}
	return opt, nil
}
