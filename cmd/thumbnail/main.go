// Command thumbnail generates thumbnails on their first request. Without arguments it serves a gallery of
// built-in photos, which is the quickest way to see the library work:
//
//	go run github.com/rest-thumbnails/thumbnail/cmd/thumbnail
//
// For a site, it has these commands:
//
//	thumbnail serve     serves thumbnails, and optionally a gallery
//	thumbnail url       prints the signed URL of a thumbnail
//	thumbnail check     checks whether thumbnails can be generated from files
//	thumbnail doctor    checks a deployment at its public URL
//	thumbnail warm      generates the thumbnails of all originals in advance
//	thumbnail prune     removes thumbnails that are no longer needed
//
// -help has details. Every flag can also be set by an environment variable: -response-prefix by
// THUMBNAIL_RESPONSE_PREFIX. The exit status is 0 for success, 1 if the command failed, and 2 if the
// arguments are invalid.
package main

import "github.com/rest-thumbnails/thumbnail/internal/command"

func main() { command.Main(command.Extra{}) }
