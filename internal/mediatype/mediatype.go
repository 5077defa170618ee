// Package mediatype has the table of the media types of images by file-name extension.
package mediatype

import "strings"

// types replaces package mime, whose table depends on the machine.
var types = map[string]string{
	".apng": "image/png",
	".avif": "image/avif",
	".bmp":  "image/bmp",
	".cur":  "image/x-icon",
	".dib":  "image/bmp",
	".gif":  "image/gif",
	".heic": "image/heic",
	".heif": "image/heif",
	".ico":  "image/x-icon",
	".jpeg": "image/jpeg",
	".jpg":  "image/jpeg",
	".jxl":  "image/jxl",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".tif":  "image/tiff",
	".tiff": "image/tiff",
	".webp": "image/webp",
}

// Of returns the media type of an extension such as ".jpg", in upper or lower case. For other extensions it
// returns application/octet-stream.
func Of(ext string) string {
	if t := types[strings.ToLower(ext)]; t != "" {
		return t
	}
	return "application/octet-stream"
}
