#!/usr/bin/env bash
# run.sh [FLAG...]: installs what the comparison with libvips needs, builds both sides, and measures. FLAGs are those of main.go.
set -euo pipefail
cd "$(dirname "$0")/.."

internal/ci/apt gcc libc6-dev pkg-config libvips-dev libvips-tools libjpeg-turbo-progs webp imagemagick \
	lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers gnome-backgrounds

out=bench/out
mkdir -p "$out"
# shellcheck disable=SC2046 # several words on purpose
gcc -O2 -Wall -Wextra -Werror -o "$out/vips-worker" bench/libvips/worker.c $(pkg-config --cflags --libs vips) -pthread
go build -o "$out/bench" ./bench
exec "$out/bench" "$@"
