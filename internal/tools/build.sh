#!/bin/sh
# build.sh builds the programs that the tests and checks run (versitygw, a real S3 server, and staticcheck)
# into .tools/bin at the repository's root. They are built once: a later call does nothing until go.mod
# here or the Go version changes. The first call takes a minute or two. A file lock lets several start it at once.
set -eu
cd "$(dirname "$0")"
bin=$(cd ../.. && pwd)/.tools/bin
mkdir -p "$bin"

if [ -z "${TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	TOOLS_LOCKED=1 exec flock "$bin/.lock" sh ./build.sh
fi

want=$(go version; cat go.mod go.sum)
if [ -x "$bin/versitygw" ] && [ -x "$bin/staticcheck" ] && [ "$(cat "$bin/.built" 2>/dev/null)" = "$want" ]; then
	exit 0
fi
rm -f "$bin/.built"
echo "building versitygw and staticcheck into $bin (once)" >&2
CGO_ENABLED=0 nice go build -trimpath -o "$bin/" tool
printf '%s\n' "$want" >"$bin/.built"
