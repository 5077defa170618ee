package main

import (
	"fmt"
	"net/url"
	"strings"
)

// A job is a kind of thumbnail.
type job struct {
	width, height int
	ext           string // ".jpg" or ".webp"
	quality       int
}

func (j job) String() string {
	return fmt.Sprintf("JPEG to %s, %dx%d", strings.ToUpper(j.ext[1:]), j.width, j.height)
}

func (j job) contentType() string {
	if j.ext == ".webp" {
		return "image/webp"
	}
	return "image/jpeg"
}

var jobs = []job{{200, 200, ".jpg", 85}, {800, 600, ".jpg", 85}, {200, 200, ".webp", 80}, {800, 600, ".webp", 80}}

// A kind is a program that makes thumbnails.
type kind struct {
	flag string // "" is this library
	name string
	path func(j job, original string, n int) string // of the nth thumbnail; original is a URL
	webp bool                                       // the program writes WebP
}

// kinds request a thumbnail as the documentation of each program says: cropped to fill the box, without
// other changes. A number in the query of the original makes each thumbnail a new one.
var kinds = []kind{
	{name: "thumbnail", path: ownPath, webp: true},
	{flag: "imgproxy", name: "imgproxy", webp: true, path: func(j job, original string, n int) string {
		return fmt.Sprintf("/insecure/rs:fill:%d:%d/q:%d/plain/%s@%s", j.width, j.height, j.quality, url.QueryEscape(numbered(original, n)), j.ext[1:])
	}},
	{flag: "imagor", name: "imagor", webp: true, path: func(j job, original string, n int) string {
		format := strings.Replace(j.ext[1:], "jpg", "jpeg", 1)
		return fmt.Sprintf("/unsafe/%dx%d/filters:quality(%d):format(%s)/%s", j.width, j.height, j.quality, format, url.QueryEscape(numbered(original, n)))
	}},
	{flag: "imageproxy", name: "imageproxy", path: func(j job, original string, n int) string {
		return fmt.Sprintf("/%dx%d,q%d,jpeg/%s", j.width, j.height, j.quality, numbered(original, n))
	}},
}

func numbered(original string, n int) string { return fmt.Sprintf("%s?n=%d", original, n) }
