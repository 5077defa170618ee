// Package command implements the program cmd/thumbnail. A program with more formats calls [Main] with them.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Extra has the encoders and formats of a build of the program that the library does not have.
type Extra struct {
	Formats  []processors.Format
	Encoders thumbnail.Encoders
}

// A command is a subcommand of the program, the first argument.
type command struct {
	name    string
	args    string // arguments after the flags, in the form that -help prints
	summary string // one line, for the list of commands
	details string // paragraphs
	failure string // other reasons for exit status 1, besides "the command failed"
	flags   []group
	check   func(*options, []string) error // nil means that there are no arguments
	run     func(context.Context, *call) error
}

// commands are all commands, in the order of -help.
func commands() []*command {
	return []*command{serveCommand, urlCommand, checkCommand, doctorCommand, warmCommand, pruneCommand}
}

// A call is one run of the program.
type call struct {
	extra          Extra
	command        *command
	opt            options
	args           []string // arguments that are not flags
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is a terminal
}

// A usageError is an error in the arguments. Its text ends with advice.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported means that the command failed and that its errors have been printed.
var errReported = errors.New("reported")

// Main runs the program. It ends the process with status 0, 1 if the command failed, or 2 if the arguments
// are invalid.
func Main(extra Extra) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // SIGHUP means that the terminal is closed; nohup ignores it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // after the first signal, a second one ends the process at once
	c := &call{
		extra: extra, getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	status := c.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// run runs the program and returns its exit status.
func (c *call) run(ctx context.Context, args []string) int {
	out := &output{Writer: c.stdout}
	c.stdout = out
	err := c.main(ctx, args)
	if err == nil && out.err != nil {
		err = fmt.Errorf("incomplete output: %w", out.err)
	}
	return c.status(err)
}

// An output remembers the first error of its Writer, so that the program reports a full disk.
type output struct {
	io.Writer
	err error
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// status prints an error and returns the exit status.
func (c *call) status(err error) int {
	name := "thumbnail"
	if c.command != nil {
		name += " " + c.command.name
	}
	switch wrong := (usageError{}); {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return 1
	case errors.As(err, &wrong):
		fmt.Fprintf(c.stderr, "%s: %v\nRun \"%s -help\" for details.\n", name, err, name)
		return 2
	}
	fmt.Fprintf(c.stderr, "%s: %v\n", name, err)
	return 1
}

// main finds the command and runs it. Without a command it serves the gallery.
func (c *call) main(ctx context.Context, args []string) error {
	gallery := true
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, err := find(args[0])
		if err != nil {
			return err
		}
		if command == nil { // the arguments request help
			return c.help(args[1:])
		}
		c.command, args, gallery = command, args[1:], false
	}
	if c.command == nil && len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		return c.help(nil)
	}
	command := c.command
	if command == nil {
		command = serveCommand
	}
	flags := newFlags(&c.opt, command, gallery)
	var err error
	if c.args, err = parse(flags, args, c.getenv); errors.Is(err, flag.ErrHelp) {
		c.command = command
		return c.help([]string{command.name})
	}
	if err != nil {
		return usageError{err}
	}
	if command.check == nil && len(c.args) > 0 {
		return usage("unexpected argument %q; only flags are accepted", c.args[0])
	}
	if err := c.opt.check(command); err != nil {
		return usageError{err}
	}
	if command.check != nil {
		if err := command.check(&c.opt, c.args); err != nil {
			return usageError{err}
		}
	}
	return command.run(ctx, c)
}

// find returns the command with a name, or nil for help.
func find(name string) (*command, error) {
	var names []string
	for _, command := range commands() {
		if command.name == name {
			return command, nil
		}
		names = append(names, command.name)
	}
	if name == "help" {
		return nil, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, usage("unknown command %q; to serve a gallery of that directory, run: thumbnail -source %[1]s", name)
	}
	return nil, usage("unknown command %q; expected one of %s, or no command for the gallery", name, strings.Join(names, ", "))
}
