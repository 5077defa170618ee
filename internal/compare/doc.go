// Package compare has tests alone: files of every format, made by other programs with random options, are decoded here
// and by the format's reference decoder. THUMBNAIL_COMPARE says how many files of each format; make compare
// has hundreds made, make test a few.
package compare
