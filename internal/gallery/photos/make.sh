#!/bin/sh
# Makes the photos of this folder again, from the Debian package that README.md names.
# Needs Debian with apt-get, dpkg and ImageMagick 6. Run it anywhere: it writes beside itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download lomiri-wallpapers-16.04
dpkg -x lomiri-wallpapers-16.04_*.deb .
from=usr/share/backgrounds
mkdir -p "$here/animals"

jpeg() { # original, width x height, quality, result
	convert "$from/$1" -resize "$2^" -gravity center -extent "$2" -strip \
		-sampling-factor 2x2 -quality "$3" "$4"
}

jpeg picosdeeuropa_by_Aitzol_Berasategi.jpg 1200x900 80 "$here/mountain.jpg"
jpeg friends_by_Aitzol_Berasategi.jpg 800x1200 84 "$here/animals/dogs.jpg"
jpeg seeding_by_Clements_Engelhardt.jpg 1440x810 84 "$here/dandelion.jpg"

# As a phone stores it: the pixels lie on their side, and EXIF orientation 6 says to turn them a
# quarter clockwise. The APP1 segment is spliced in by hand right after SOI: big-endian TIFF, one IFD
# entry, tag 0x0112, type SHORT, count 1, value 6.
convert "$from/Wine_by_Jakkub_Mede.jpg" -resize 800x1200^ -gravity center -extent 800x1200 -strip \
	-rotate -90 -sampling-factor 2x2 -quality 84 sideways.jpg
{
	head -c 2 sideways.jpg
	printf '\377\341\000\042Exif\000\000MM\000\052\000\000\000\010\000\001\001\022\000\003\000\000\000\001\000\006\000\000\000\000\000\000'
	tail -c +3 sideways.jpg
} >"$here/drum.jpg"

# The bowl is the largest area of strong colour; what lies inside of it belongs to it. The mask is
# made at full size, so that shrinking gives it a smooth edge; transparent pixels become black.
convert "$from/Picture_0B_by_freespace.jpg" -resize 1600x -strip photo.png
convert photo.png -colorspace HSL -channel G -separate +channel -blur 0x2 -threshold 55% \
	-bordercolor black -border 40 -morphology Close Disk:12 -fill gray50 -draw 'color 0,0 floodfill' \
	-shave 40x40 -fill white +opaque gray50 -fill black -opaque gray50 \
	-define connected-components:area-threshold=60000 -define connected-components:mean-color=true \
	-connected-components 4 -morphology Erode Disk:1.5 -blur 0x1 mask.png
convert photo.png mask.png -alpha off -compose CopyOpacity -composite -trim +repage \
	-resize 480x -background black -alpha background -strip -define png:compression-level=9 \
	"PNG32:$here/bowl.png"
