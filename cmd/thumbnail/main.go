// Command thumbnail makes thumbnails on their first request. Without arguments it opens a gallery with
// photos of its own, which is the shortest way to see the library work:
//
//	go run github.com/rest-thumbnails/thumbnail/cmd/thumbnail
//
// Its commands are those of a site:
//
//	thumbnail serve     serves thumbnails, and a gallery if asked for
//	thumbnail url       prints the URL of a thumbnail
//	thumbnail check     says whether files would make thumbnails
//	thumbnail doctor    examines a deployment as a visitor sees it
//	thumbnail warm      makes the thumbnails of all originals ahead of their first request
//	thumbnail prune     removes thumbnails that nobody needs
//
// -help says more. Every flag may be given as an environment variable, too: -response-prefix as
// THUMBNAIL_RESPONSE_PREFIX. The exit status is 0 if all went well, 1 if the work failed, and 2 if the
// call was wrong.
package main

import "github.com/rest-thumbnails/thumbnail/internal/command"

func main() { command.Main(command.Extra{}) }
