package main

import (
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/examples/internal/program"
	"github.com/stretchr/testify/require"
)

func TestEveryFlagHasAVariableAndWinsOverIt(t *testing.T) {
	env := map[string]string{
		"THUMBNAIL_ADDR": "127.0.0.1:1", "THUMBNAIL_SOURCE": "s", "THUMBNAIL_THUMBS": "t", "THUMBNAIL_KEY": "k", "THUMBNAIL_SIGNER": "django",
		"THUMBNAIL_WAIT": "3s", "THUMBNAIL_RESPONSE": "nginx", "THUMBNAIL_RESPONSE_PREFIX": "/p/",
		"THUMBNAIL_LOCK": "file:l", "THUMBNAIL_DOCTOR": "http://h/", "THUMBNAIL_GALLERY": "false",
	}
	getenv := func(name string) string { return env[name] }
	opt, err := parseOptions(nil, getenv, io.Discard)
	require.NoError(t, err)
	require.Equal(t, options{"127.0.0.1:1", "s", "t", "k", "django", 3 * time.Second, "nginx", "/p/", "", "file:l", "http://h/", false}, opt)

	opt, err = parseOptions(strings.Fields("-addr a:2 -source s2 -thumbs t2 -key k2 -signer hmac -wait 0 -response apache -response-prefix /q -lock redis://r/2 -doctor http://h2/ -gallery"), getenv, io.Discard)
	require.NoError(t, err)
	require.Equal(t, options{"a:2", "s2", "t2", "k2", "hmac", 0, "apache", "/q", "", "redis://r/2", "http://h2/", true}, opt)

	opt, err = parseOptions(nil, func(string) string { return "" }, io.Discard)
	require.NoError(t, err)
	require.Equal(t, options{addr: "127.0.0.1:8080", signer: "hmac", wait: 10 * time.Second, response: "stream", lock: "memory", gallery: true}, opt)

	opt, err = parseOptions(nil, func(name string) string {
		return map[string]string{"THUMBNAIL_STORAGE": "s3://thumbs/small"}[name]
	}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "s3://thumbs/small", opt.storage)
}

func TestMistakesInFlagsAreTold(t *testing.T) {
	for _, c := range []struct{ args, env, says string }{
		{"-wat 1s", "", "wat"},
		{"-wait soon", "", "soon"},
		{"-wait -1s", "", "negative"},
		{"-signer rsa", "", "rsa"},
		{"-response iis", "", "iis"},
		{"-response-prefix /x/", "", "-response-prefix"},
		{"photos", "", `"photos"`},
		{"-storage /srv/thumbs", "", "-thumbs takes a directory"},
		{"-storage s3://thumbs -thumbs t", "", "one place"},
		{"-storage s3:///x", "", "-storage"},
		{"-storage s3://thumbs/../x", "", "not s3://bucket or s3://bucket/prefix"},
		{"-storage s3://thumbs -response apache", "", "-response apache"},
		{"-source s3://", "", "-source"},
		{"-lock etcd://host", "", `"etcd" is none of memory, file:DIR and redis://`},
		{"-lock file:", "", "-lock"},
		{"-lock redis://host:port/0", "", "-lock: not a URL"},
		{"-lock redis://host/database", "", "-lock"},
		{"", "soon", "THUMBNAIL_WAIT"},
	} {
		var stderr strings.Builder
		_, err := parseOptions(strings.Fields(c.args), func(name string) string {
			if name == "THUMBNAIL_WAIT" {
				return c.env
			}
			return ""
		}, &stderr)
		require.ErrorIs(t, err, errUsage, c.args)
		require.Contains(t, stderr.String(), c.says)
		require.Contains(t, stderr.String(), "-response-prefix", "the flags are listed")
	}
	_, err := parseOptions([]string{"-help"}, os.Getenv, io.Discard)
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestProgramThatCannotStartSaysWhy(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	binary := program.Build(t, ".")
	temporary := t.TempDir()

	for _, c := range []struct {
		args, says string
		status     int
	}{
		{"-addr " + busy.Addr().String(), "address already in use", 1},
		{"-addr nonsense", "nonsense", 1},
		{"-key short", "-key", 1},
		{"-source " + file, "-source", 1},
		{"-source " + file + ".absent", "-source", 1},
		{"-thumbs " + file, "-thumbs", 1},
		{"-lock file:" + file, "-lock", 1},
		{"-storage s3://thumbs", "AWS_ACCESS_KEY_ID", 1},
		{"-source s3://photos", "AWS_SECRET_ACCESS_KEY", 1},
		{"-source s3://bucket/a -storage s3://bucket/a/thumbs", "overlap", 1},
		{"-wait soon", "soon", 2},
		{"-help", "THUMBNAIL_", 0},
	} {
		stdout, stderr, status := program.Run(t, binary, []string{"TMPDIR=" + temporary, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, strings.Fields("-addr 127.0.0.1:0 "+c.args)...)
		require.Equal(t, c.status, status, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says)
		require.Empty(t, stdout)
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left, "no temporary directory is left behind")
}
