package s3_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// startReal starts versitygw, an S3 server that checks signatures, for one test. internal/tools/build.sh
// builds it.
func startReal(t testing.TB) s3.Endpoint {
	t.Helper()
	program := findVersitygw(t)
	for range 3 { // another process may take a free port before the server binds it
		if address, ok := start(t, program); ok {
			return s3.Endpoint{URL: "http://" + address, AccessKey: "testkey", SecretKey: "testsecret123"}
		}
	}
	t.Fatal("versitygw does not start")
	return s3.Endpoint{}
}

func start(t testing.TB, program string) (address string, ok bool) {
	t.Helper()
	address = freeAddress(t)
	cmd := exec.Command(program, "--port", address, "--quiet", "posix", t.TempDir())
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY=testkey", "ROOT_SECRET_KEY=testsecret123")
	var said bytes.Buffer
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Logf("versitygw said: %s", &said)
		}
	})
	for range 1000 {
		select {
		case <-ended:
			return "", false
		case <-time.After(20 * time.Millisecond):
		}
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address, true
		}
	}
	return "", false
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
	imagetest.Missing(t, "no versitygw, so nothing is tested against a real S3 server: internal/tools/build.sh builds it")
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
