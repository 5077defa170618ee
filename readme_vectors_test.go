package thumbnail_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// vector is a row of the table of test vectors: the signed parts, and the secret.
type vector struct {
	parts  []string
	secret string
}

func vectors(t *testing.T) (all []vector) {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)` \\| `([^`]+)` \\| `([^`]+)` \\| (?:`([^`]+)`)? ?\\| `([0-9a-f]{40})` \\|$")
	for _, m := range row.FindAllStringSubmatch(readme(t), -1) {
		parts := m[1:5]
		if m[5] != "" {
			parts = m[1:6]
		}
		all = append(all, vector{parts, m[6]})
	}
	require.Len(t, all, 6)
	return all
}

func TestREADMEVectorsAreThoseOfTheSigners(t *testing.T) {
	signer, err := thumbnail.NewSigner([]byte(readmeKey))
	require.NoError(t, err)
	for _, v := range vectors(t) {
		size, err := thumbnail.ParseSize(v.parts[1])
		require.NoError(t, err)
		spec := thumbnail.Spec{Source: v.parts[0], Size: size, Method: v.parts[2], Ext: v.parts[3]}
		if len(v.parts) == 5 {
			spec.Version = v.parts[4]
		}
		require.Equal(t, v.secret, signer.Sign(spec), v.parts)
	}
}

func TestREADMESignsInOtherLanguages(t *testing.T) {
	imagetest.Long(t)
	for language, run := range map[string]struct{ program, extension, print string }{
		"python": {"python3", ".py", "print(secret(%s))\n"},
		"js":     {"node", ".cjs", "console.log(secret(%s));\n"},
		"php":    {"php", ".php", "echo secret(%s), \"\\n\";\n"},
	} {
		t.Run(language, func(t *testing.T) {
			code, want := fenced(t, language)[0], vectors(t)[0].secret+"\n" // the code block itself prints the first one
			for _, v := range vectors(t) {
				var args []string
				for _, s := range append([]string{readmeKey}, v.parts...) {
					args = append(args, `"`+s+`"`)
				}
				code += fmt.Sprintf(run.print, strings.Join(args, ", "))
				want += v.secret + "\n"
			}
			program := imagetest.Program(t, run.program, "python3, nodejs, php-cli")
			file := filepath.Join(t.TempDir(), "sign"+run.extension)
			require.NoError(t, os.WriteFile(file, []byte(code), 0o644))
			out, err := exec.Command(program, file).CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, want, string(out))
		})
	}
}
