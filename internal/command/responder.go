package command

import (
	"cmp"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/response"
)

// newResponder returns the Responder that the flags select. dir is the directory of the thumbnails.
func newResponder(opt *options, dir string) thumbnail.Responder {
	switch opt.response {
	case "nginx":
		return response.Nginx{Prefix: cmp.Or(opt.prefix, "/_thumbs/")}
	case "apache":
		return response.Apache{Root: cmp.Or(opt.prefix, dir)}
	default:
		return response.Stream{}
	}
}
