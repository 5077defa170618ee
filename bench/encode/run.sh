#!/usr/bin/env bash
# run.sh [FLAG...]: installs what the comparison of encoders needs, and measures. FLAGs are those of main.go.
set -euo pipefail
cd "$(dirname "$0")/../.."

internal/ci/apt gcc libc6-dev pkg-config libjpeg-dev libjpeg-turbo-progs libwebp-dev webp libvips-dev libvips-tools \
	libjxl-devtools libavif-bin optipng gifsicle chromium \
	lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers gnome-backgrounds adwaita-icon-theme

exec go run ./bench/encode "$@"
