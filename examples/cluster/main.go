//go:build unix

// Command cluster runs the processes of a large site on one machine: several workers (cmd/thumbnail)
// behind nginx. The workers keep originals and thumbnails in one S3 server, and share one Redis, so
// that each thumbnail is made once.
//
//	go run ./examples/cluster
//
// builds the worker, starts versitygw (an S3 server), redis-server, the workers and nginx on
// loopback ports, and uploads its built-in photos. It prints the gallery's address, and the process
// IDs, so that you can try what happens after kill -9. Ctrl-C stops and removes everything.
// docs/production.md describes such a cluster for production.
package main

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

func main() {
	// The first signal stops the cluster in order, the second one at once.
	ctx, stop := context.WithCancel(context.Background())
	hurry, hurryUp := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		hurryUp()
	}()

	err := run(ctx, hurry, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage): // the error and the flags have been printed
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

type options struct {
	addr    string
	workers int
}

// parseOptions reads the flags, and prints mistakes to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opt.addr, "addr", "127.0.0.1:8080", "address that nginx listens on; port 0 takes a free one")
	flags.IntVar(&opt.workers, "workers", 4, "number of worker processes")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return opt, err
	case err != nil:
		return opt, errUsage
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opt.workers < 1 || opt.workers > 100:
		err = fmt.Errorf("-workers is between 1 and 100, not %d", opt.workers)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		flags.Usage()
		return opt, errUsage
	}
	return opt, nil
}

// run starts a cluster and keeps it running until ctx ends; hurry ends the orderly shutdown.
func run(ctx, hurry context.Context, args []string, stdout, stderr io.Writer) (err error) {
	opt, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	programs, err := findPrograms(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := newCluster(programs, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop(hurry)) }()

	err = c.start(ctx, opt)
	if ctx.Err() != nil { // stopped before everything was running
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, c.story())
	}
	fmt.Fprintf(stdout, "Gallery: %s\n", c.url)
	for _, p := range c.processes {
		fmt.Fprintf(stdout, "%8d  %s\n", p.cmd.Process.Pid, p.name)
	}
	fmt.Fprintln(stdout, "Ctrl-C stops everything.")
	select {
	case <-ctx.Done():
		return nil
	case <-c.front.exited:
		return fmt.Errorf("nginx ended: %w", c.front.err)
	}
}
