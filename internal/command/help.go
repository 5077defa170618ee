package command

import (
	"flag"
	"fmt"
	"strings"
)

// helpWidth is the length of lines in -help, in columns.
const helpWidth = 100

const helpHead = `Generates thumbnails on their first request.

  thumbnail                        serves a gallery of built-in photos at http://127.0.0.1:8080/
  thumbnail -source ~/Pictures     serves a gallery of your own pictures
  thumbnail COMMAND [FLAGS] [ARGUMENTS]

Commands:
`

const helpTail = `
thumbnail COMMAND -help describes a command and its flags. Every flag can also be set by an environment variable:
-response-prefix by THUMBNAIL_RESPONSE_PREFIX. A flag overrides its environment variable.

Exit status: 0 for success; 1 if the command failed, for example because a file is damaged or doctor found a problem;
2 if the arguments are invalid.
`

// helpOnBuckets explains how to configure S3.
const helpOnBuckets = `
S3 is configured by the usual environment variables: AWS_ENDPOINT_URL (default: Amazon S3), AWS_REGION (default:
us-east-1), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
`

// help prints the help of the program, or of a command.
func (c *call) help(args []string) error {
	if len(args) == 0 {
		fmt.Fprint(c.stdout, helpHead)
		for _, command := range commands() {
			fmt.Fprintf(c.stdout, "  %-36s %s\n", command.name+" "+command.args, command.summary)
		}
		fmt.Fprint(c.stdout, helpTail)
		return nil
	}
	command, err := find(args[0])
	if err != nil {
		return err
	}
	if command == nil {
		return c.help(nil)
	}
	words := strings.TrimSpace("thumbnail " + command.name + " [FLAGS] " + command.args)
	fmt.Fprintf(c.stdout, "%s\n\n%s\n", words, strings.TrimSpace(command.details))
	buckets := false
	for _, g := range command.flags {
		fmt.Fprintf(c.stdout, "\n%s:\n", g)
		for _, f := range command.sorted(g) {
			fmt.Fprint(c.stdout, helpOn(f))
		}
		buckets = buckets || g == reading || g == storing
	}
	fmt.Fprint(c.stdout, "\nEvery flag can also be set by the environment variable in brackets; the flag overrides it.\n")
	if buckets {
		fmt.Fprint(c.stdout, helpOnBuckets)
	}
	fmt.Fprintf(c.stdout, "\n%s\n", wrap(fmt.Sprintf("Exit status: 0 for success; 1 if the command failed%s; 2 if the arguments are invalid.", command.failure), 0))
	return nil
}

// helpOn formats a flag and its meaning in lines of helpWidth.
func helpOn(f *flag.Flag) string {
	value, text := flag.UnquoteUsage(f)
	head := "-" + f.Name
	if value != "" {
		head += " " + value
		if rest, ok := strings.CutPrefix(text, value+": "); ok {
			text = rest
		} else if rest, ok := strings.CutPrefix(text, value); ok && value != "URL" {
			text = strings.ToLower(value) + rest
		}
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
		text += " (default: " + f.DefValue + ")"
	}
	text += " [" + variable(f.Name) + "]"
	const indent = 26
	var b strings.Builder
	if len(head) > indent-3 {
		fmt.Fprintf(&b, "  %s\n%*s", head, indent, "")
	} else {
		fmt.Fprintf(&b, "  %-*s ", indent-3, head)
	}
	b.WriteString(wrap(text, indent))
	return b.String() + "\n"
}

// wrap breaks a text into lines of helpWidth, and indents all but the first.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len([]rune(word)) > helpWidth:
			fmt.Fprintf(&b, "\n%*s", indent, "")
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len([]rune(word))
	}
	return b.String()
}
