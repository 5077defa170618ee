package s3

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startReal starts versitygw, an S3 server that checks signatures, for one test. internal/tools/build.sh builds it.
func startReal(t testing.TB) Endpoint {
	t.Helper()
	program := findVersitygw(t)
	dir := t.TempDir()
	address := freeAddress(t)
	cmd := exec.Command(program, "--port", address, "--quiet", "posix", dir)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY=testkey", "ROOT_SECRET_KEY=testsecret123")
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond, "versitygw does not answer on %s", address)
	return Endpoint{URL: "http://" + address, AccessKey: "testkey", SecretKey: "testsecret123"}
}

func findVersitygw(t testing.TB) string {
	t.Helper()
	if root, err := filepath.Abs("../.."); err == nil {
		if program := filepath.Join(root, ".tools/bin/versitygw"); executable(program) {
			return program
		}
	}
	program, err := exec.LookPath("versitygw")
	if err == nil {
		return program
	}
	if os.Getenv("THUMBNAIL_REAL") == "1" {
		t.Fatal("THUMBNAIL_REAL=1, but there is no versitygw: run internal/tools/build.sh")
	}
	t.Skip("no versitygw, so nothing is tested against a real S3 server: internal/tools/build.sh builds it")
	return ""
}

func executable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
