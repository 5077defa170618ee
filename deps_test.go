package thumbnail_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program links what it imports: the root package alone brings in no Redis, S3 or test code.
func TestTheRootLinksNoLeaf(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	for dep := range strings.Lines(string(out)) {
		for _, leaf := range []string{"redis", "aws", "smithy", "/storage/s3", "/lock/redis", "avif", "testify", "storagetest", "locktest", "bbolt", "progressbar", "x/term", "testing"} {
			assert.NotContains(t, dep, leaf)
		}
	}
}

// The packages below the root never import it.
func TestLeavesDoNotImportTheRoot(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./processors/...", "./storage/...", "./lock/...", "./response/...").CombinedOutput()
	require.NoError(t, err, string(out))
	for dep := range strings.Lines(string(out)) {
		assert.NotEqual(t, "github.com/rest-thumbnails/thumbnail", strings.TrimSpace(dep))
	}
}
