#!/bin/sh
# npm.sh puts html-validate, which checks the HTML that templates print, into .tools at the repository's
# root, once. Where there is no npm and no way to install it, it does nothing; the test that needs it skips then, or fails if
# THUMBNAIL_REAL is set.
set -eu
version=8.29.0
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$root/.tools/npm
command -v npm >/dev/null 2>&1 || "$root/internal/ci/apt" npm || exit 0
[ "$(cat "$dir/.built" 2>/dev/null)" = "$version" ] && exit 0
mkdir -p "$dir"
echo "installing html-validate $version into $dir (once)" >&2
npm install --prefix "$dir" --silent --no-audit --no-fund --no-save "html-validate@$version"
printf '%s\n' "$version" >"$dir/.built"
