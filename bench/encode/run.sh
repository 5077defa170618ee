#!/usr/bin/env bash
# run.sh: installs what the comparison with libjpeg-turbo needs, builds both sides, and measures.
set -euo pipefail
cd "$(dirname "$0")/../.."

internal/ci/apt gcc libc6-dev libjpeg-dev libjpeg-turbo-progs libjxl-devtools libvips-tools \
	lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds

out=bench/out
mkdir -p "$out"
gcc -O2 -Wall -Wextra -Werror -o "$out/turbo" bench/encode/turbo/worker.c -ljpeg
go build -o "$out/encode" ./bench/encode
exec "$out/encode" "$@"
