package command

import (
	"bytes"
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const testKey = "a key of the tests, long enough"

// called runs the program within the test's process, and returns its output and exit status.
func called(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := &call{getenv: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	status = c.run(context.Background(), args)
	return out.String(), errs.String(), status
}

// optionsOf returns the options of a call, or its error.
func optionsOf(c *command, gallery bool, env map[string]string, args ...string) (o options, others []string, err error) {
	others, err = parse(newFlags(&o, c, gallery), args, func(name string) string { return env[name] })
	return o, others, err
}

func TestEveryFlagHasAVariableAndWinsOverIt(t *testing.T) {
	values := map[string][2]string{ // a value for the variable, and one for the flag
		"addr": {"127.0.0.1:1", "a:2"}, "source": {"s", "s2"}, "thumbs": {"t", "t2"}, "storage": {"s3://aaa", "s3://bbb"}, "key": {"k", "k2"}, "old-key": {"o", "o2"},
		"signer": {"django", "hmac"}, "wait": {"3s", "4s"}, "response": {"nginx", "apache"}, "response-prefix": {"/p/", "/q/"}, "lock": {"file:l", "redis://r/2"},
		"gallery": {"true", "false"}, "tolerant": {"true", "false"}, "workers": {"3", "4"}, "presets": {"p.json", "q.json"}, "describe": {"true", "false"},
		"json": {"true", "false"}, "base": {"/b/", "/c/"}, "version": {"v1", "v2"}, "picture": {"a.jpg", "b.jpg"}, "dry-run": {"true", "false"},
		"max-bytes": {"10GB", "500MiB"}, "max-age": {"90d", "12h"}, "drop-old-key": {"true", "false"}, "keep-orphans": {"true", "false"}, "no-server": {"true", "false"},
	}
	seen := map[string]bool{}
	for _, command := range commands() {
		for _, g := range command.flags {
			for _, f := range command.sorted(g) {
				require.Contains(t, values, f.Name)
				seen[f.Name] = true
				value := values[f.Name]
				var byVariable, byFlag, both, neither options
				parsed := func(o *options, env map[string]string, args ...string) {
					_, err := parse(newFlags(o, command, false), args, func(name string) string { return env[name] })
					require.NoError(t, err, f.Name)
				}
				name := "THUMBNAIL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
				parsed(&neither, nil)
				parsed(&byVariable, map[string]string{name: value[0]})
				parsed(&byFlag, nil, "-"+f.Name+"="+value[1])
				parsed(&both, map[string]string{name: value[0]}, "-"+f.Name+"="+value[1])
				require.NotEqual(t, neither, byVariable, f.Name)
				require.NotEqual(t, byVariable, byFlag, f.Name)
				require.Equal(t, byFlag, both, f.Name)
			}
		}
	}
	require.Len(t, seen, len(values))
}

func TestTheGalleryIsOnWithoutACommand(t *testing.T) {
	o, _, err := optionsOf(serveCommand, true, nil)
	require.NoError(t, err)
	require.Equal(t, options{addr: "127.0.0.1:8080", signer: "hmac", wait: 10 * time.Second, response: "stream", lock: "memory", gallery: true}, o)
	o, _, err = optionsOf(serveCommand, false, nil)
	require.NoError(t, err)
	require.False(t, o.gallery)
}

func TestFlagsMayFollowArguments(t *testing.T) {
	o, others, err := optionsOf(urlCommand, false, nil, "a.jpg", "-key", "k", "1x1", "-version=3", "crop", "--", ".jpg", "-key")
	require.NoError(t, err)
	require.Equal(t, []string{"a.jpg", "1x1", "crop", ".jpg", "-key"}, others)
	require.Equal(t, "k", o.key)
	require.Equal(t, "3", o.version)
}

func TestAnInvalidCallIsReportedWithAdvice(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("photos", 0o755))
	for _, c := range []struct{ args, says string }{
		{"-wat 1s", "wat"},
		{"-wait soon", `"soon" for flag -wait: must be a duration, such as 10s or 500ms`},
		{"serve -wat", "unknown flag -wat"},
		{"serve -addr host", "-addr must be HOST:PORT, such as 127.0.0.1:8080"},
		{"serve -addr :70000", "-addr must be HOST:PORT, such as 127.0.0.1:8080"},
		{"serve -workers many", "must be an integer, such as 4"},
		{"serve -storage s3://b/p", "3 to 255 letters"},
		{"serve -wait -1s", "-wait must not be negative"},
		{"serve -workers -1", "0 means one per CPU"},
		{"-signer rsa", "hmac or django"},
		{"-response iis", "stream, nginx, or apache"},
		{"-response-prefix /x/", "requires -response nginx or apache"},
		{"-response nginx", "-response nginx requires -thumbs DIR"},
		{"-response apache -gallery", "requires -thumbs DIR"},
		{"photos", "thumbnail -source photos"},
		{"poto", "one of serve, url, check, doctor, warm, prune"},
		{"serve photos", `unexpected argument "photos"`},
		{"-storage /srv/thumbs", "use -thumbs for a directory"},
		{"-storage s3://thumbs -thumbs t", "mutually exclusive"},
		{"-storage s3:///x", "-storage"},
		{"-storage s3://thumbs/../x", "expected s3://bucket or s3://bucket/prefix"},
		{"-storage s3://thumbs -response apache", "-response apache requires files"},
		{"-source s3://", "-source"},
		{"-source photos -thumbs photos/small", "overlap"},
		{"-lock etcd://host", `unknown lock "etcd"; expected memory, file:DIR, or redis://`},
		{"-lock file:", "-lock"},
		{"-lock redis://host:port/0", "-lock: invalid URL"},
		{"-lock redis://host/database", "-lock"},
		{"-key short", "openssl rand -hex 32"},
		{"-old-key 0123456789abcdef", "requires the new -key"},
		{"-key 0123456789abcdef -old-key short", "-old-key: the previous key has 5 bytes; at least 16 are needed"},
		{"-presets absent.json", "absent.json"},
		{"url a.jpg", "SOURCE SIZE METHOD EXT"},
		{"url a.jpg 1x1 crop .jpg", "THUMBNAIL_KEY"},
		{"url -key 0123456789abcdef a.jpg 1 crop .jpg", "100x100, 100x or x100"},
		{"url -key 0123456789abcdef a.jpg 1x1 cut .jpg", "crop, entropy, fit, focus, "},
		{"url -key 0123456789abcdef a.jpg 1x1 crop jpg", ".gif, .jpeg, .jpg, .png, .webp"},
		{"url -key 0123456789abcdef a.jpg 1x1 crop .jpg -base here", "/, //, http://, https:// or ./"},
		{"url -key 0123456789abcdef a.jpg 1x1 crop .jpg -version a-b", "1 to 32 letters, digits and underscores"},
		{"check", "thumbnail check FILE"},
		{"doctor", "https://www.example.com/thumbs/"},
		{"doctor http://host/", "THUMBNAIL_KEY"},
		{"doctor ftp://host/", "http:// or https://"},
		{"warm", `-presets FILE is required`},
		{"warm -presets p.json", "THUMBNAIL_KEY"},
		{"warm -presets p.json -key 0123456789abcdef", "-thumbs DIR or -storage"},
		{"warm photos", "-source"},
		{"warm -presets p.json -key 0123456789abcdef -thumbs t", "-source DIR"},
		{"prune -key 0123456789abcdef -thumbs t", "-source DIR"},
		{"prune", "THUMBNAIL_KEY"},
		{"prune -key 0123456789abcdef", "-thumbs DIR or -storage"},
		{"prune -max-bytes many", "10GB, 500MiB, or 1000000"},
		{"prune -max-age old", "90d or 12h"},
		{"prune -drop-old-key", "-old-key"},
		{"prune -describe -keep-orphans", "mutually exclusive"},
	} {
		stdout, stderr, status := called(t, nil, strings.Fields(c.args)...)
		require.Equal(t, 2, status, c.args)
		require.Empty(t, stdout, c.args)
		require.Contains(t, stderr, c.says, c.args)
		require.Regexp(t, `^thumbnail[a-z ]*: .*\n(.*\n)*Run "thumbnail[a-z ]* -help" for details\.\n$`, stderr)
	}
	for _, v := range [][3]string{
		{"THUMBNAIL_WAIT", "soon", "must be a duration, such as 10s or 500ms"}, {"THUMBNAIL_GALLERY", "please", "must be true or false"}, {"THUMBNAIL_WORKERS", "x", "must be an integer"},
	} {
		_, stderr, status := called(t, map[string]string{v[0]: v[1]}, "-addr", "127.0.0.1:0")
		require.Equal(t, 2, status)
		require.Contains(t, stderr, `"`+v[1]+`" for `+v[0]+": "+v[2])
	}
}

func TestAnUnusableDirectoryIsReportedWithTheReason(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("photos", 0o755))
	require.NoError(t, os.WriteFile("file", nil, 0o644))
	for _, c := range []struct{ args, says string }{
		{"serve -source absent", "-source absent: the directory does not exist"},
		{"serve -source file", "-source file is a file, not a directory"},
		{"serve -source photos -thumbs file/x", "-thumbs file/x: cannot create it"},
		{"serve -source photos -thumbs file", "-thumbs file is a file, not a directory"},
	} {
		_, stderr, status := called(t, nil, strings.Fields(c.args+" -addr 127.0.0.1:0")...)
		require.Equal(t, 1, status, c.args)
		require.Contains(t, stderr, c.says)
	}
}

func TestHelpDescribesEveryCommandAndFlag(t *testing.T) {
	for _, args := range [][]string{{"-help"}, {"-h"}, {"--help"}, {"help"}} {
		stdout, stderr, status := called(t, nil, args...)
		require.Zero(t, status)
		require.Empty(t, stderr)
		for _, command := range commands() {
			require.Contains(t, stdout, "  "+command.name+" ")
		}
		for _, word := range []string{"THUMBNAIL_RESPONSE_PREFIX", "Exit status: 0", "http://127.0.0.1:8080/"} {
			require.Contains(t, stdout, word)
		}
	}
	for _, command := range commands() {
		stdout, stderr, status := called(t, nil, command.name, "-help")
		require.Zero(t, status)
		require.Empty(t, stderr)
		again, _, _ := called(t, nil, "help", command.name)
		require.Equal(t, stdout, again)
		newFlags(new(options), command, false).VisitAll(func(f *flag.Flag) { require.Regexp(t, "(?m)^  -"+f.Name+"[ \n]", stdout) })
		newFlags(new(options), command, false).VisitAll(func(f *flag.Flag) {
			require.Contains(t, strings.Join(strings.Fields(stdout), " "), "["+variable(f.Name)+"]")
		})
		require.Regexp(t, `Exit status: 0 for success; 1 if the command failed.*; 2 if the arguments are invalid\.$`, strings.Join(strings.Fields(stdout), " "))
		require.Regexp(t, `\n  .*thumbnail `+command.name+" ", stdout, "an example")
		for line := range strings.Lines(stdout) {
			require.LessOrEqual(t, len([]rune(line)), 125, line)
		}
	}
}
