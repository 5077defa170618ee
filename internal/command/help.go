package command

import (
	"flag"
	"fmt"
	"strings"
)

// helpWidth is how long the lines of -help are, in columns.
const helpWidth = 100

const helpHead = `Thumbnails that are made on their first request.

  thumbnail                        a gallery at http://127.0.0.1:8080/ with the photos that the program carries
  thumbnail -source ~/Pictures     the same with pictures of yours
  thumbnail COMMAND [FLAGS] [ARGUMENTS]

Commands:
`

const helpTail = `
thumbnail COMMAND -help says what a command does, and lists its flags. Each flag may be given as an environment
variable, too: -response-prefix as THUMBNAIL_RESPONSE_PREFIX. A flag wins over its variable.

Exit status: 0 if all went well; 1 if the work failed, for instance because a file is damaged or the doctor found
something; 2 if the call was wrong.
`

// helpOnBuckets says how S3 is reached.
const helpOnBuckets = `
The S3 server of s3://… and its keys are given by the variables that other programs use: AWS_ENDPOINT_URL (default:
Amazon's), AWS_REGION (default: us-east-1), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
`

// help tells about the program, or about a command.
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
	fmt.Fprintf(c.stdout, "\nEach flag may be given as an environment variable, too: -%s as %s.\n", exampleFlag(command), variable(exampleFlag(command)))
	if buckets {
		fmt.Fprint(c.stdout, helpOnBuckets)
	}
	return nil
}

func exampleFlag(c *command) string {
	name := ""
	for _, g := range c.flags {
		for _, f := range c.sorted(g) {
			if len(f.Name) > len(name) {
				name = f.Name
			}
		}
	}
	return name
}

// helpOn spells a flag and what it means, in lines of helpWidth.
func helpOn(f *flag.Flag) string {
	value, text := flag.UnquoteUsage(f)
	head := "-" + f.Name
	if value != "" {
		head += " " + strings.ToUpper(value)
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
		text += " (default: " + f.DefValue + ")"
	}
	const indent = 26
	var b strings.Builder
	fmt.Fprintf(&b, "  %-*s ", indent-3, head)
	if len(head) > indent-3 {
		fmt.Fprintf(&b, "\n%*s", indent, "")
	}
	column := indent
	for _, word := range strings.Fields(text) {
		if column+len(word) > helpWidth {
			fmt.Fprintf(&b, "\n%*s", indent, "")
			column = indent
		}
		b.WriteString(word + " ")
		column += len(word) + 1
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
