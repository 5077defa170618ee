// Package compare contains only tests. Other programs make files of every format with random options. The tests decode each file with this
// library and with the reference decoder of the format. THUMBNAIL_COMPARE sets the number of files for each format: make compare uses
// hundreds, make test a few.
package compare
