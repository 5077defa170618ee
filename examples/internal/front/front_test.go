package front

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAServerThatIsNotInstalledIsSaidToBe(t *testing.T) {
	k := Kind{Name: "Nosuch", Program: "no-such-server", Install: "apt install nosuch"}
	err := run(t.Context(), k, nil, &bytes.Buffer{}, &bytes.Buffer{})
	require.ErrorIs(t, err, ErrNotInstalled)
	require.EqualError(t, err, "Nosuch is not installed: there is no program no-such-server; on Debian: apt install nosuch")
}

func TestAnAddressThatIsTakenIsSaidToBe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, err = Listen("true", exec.Command("true"), taken.Addr().String())
	require.ErrorContains(t, err, taken.Addr().String())
}

func TestAProgramThatEndsAtOnceIsSaidToDo(t *testing.T) {
	free, err := FreeAddress()
	require.NoError(t, err)
	_, err = Listen("go", exec.Command("go", "version"), free)
	require.ErrorContains(t, err, "go ended at once: exit status 0")
}

func TestPathsThatAConfigurationCannotHoldAreRefused(t *testing.T) {
	k := Kind{Name: "K", Listen: [2]string{"listen 80;", "listen %s;"}, Site: "listen 80; 127.0.0.1:8080 /srv/thumbs"}
	site, _, err := k.fill(Site{Address: "127.0.0.1:1", App: "127.0.0.1:2", Thumbs: "/a/b", Dir: "/c"}, "u", "g")
	require.NoError(t, err)
	require.Equal(t, "listen 127.0.0.1:1; 127.0.0.1:2 /a/b", site)
	for _, path := range []string{"", "relative", "/a b", "/a;b", "/a$b", "/a\nb", `/a"b`, "/a{b}", "/a#"} {
		_, _, err := k.fill(Site{Thumbs: path, Dir: "/c"}, "u", "g")
		require.Error(t, err, path)
	}
	k.Site = "listen 80;"
	_, _, err = k.fill(Site{Thumbs: "/a", Dir: "/c"}, "u", "g")
	require.ErrorContains(t, err, "does not contain")
}

func TestADirectoryThatTheWorkersCannotEnterIsNamed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root's web servers have workers of another user")
	}
	dir := t.TempDir() // its parent directory is accessible only to the owner
	require.ErrorContains(t, Reachable(dir), "chmod a+x")
	require.NoError(t, Reachable("/"))
}

func TestMistakesInFlagsAreTold(t *testing.T) {
	for _, args := range [][]string{{"-nosuch"}, {"argument"}} {
		var output bytes.Buffer
		require.ErrorIs(t, run(t.Context(), Kind{Name: "K"}, args, &output, &output), errUsage)
		require.NotEmpty(t, output.String())
	}
	_, err := place(t.TempDir(), options{addr: "8080"})
	require.ErrorContains(t, err, "-addr")
}
