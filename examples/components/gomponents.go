package main

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/rest-thumbnails/thumbnail"
)

// gomponentsPicture renders a picture by gomponents.
func gomponentsPicture(img thumbnail.Image, alt string) g.Node {
	return g.El("picture",
		g.Map(img.Sources, func(s thumbnail.ImageSource) g.Node {
			return h.Source(h.Type(s.Type), h.SrcSet(s.Srcset), g.If(s.Sizes != "", g.Attr("sizes", s.Sizes)))
		}),
		h.Img(h.Src(img.Src), h.Alt(alt), h.Loading("lazy"), g.Attr("decoding", "async"),
			g.If(img.Srcset != "", h.SrcSet(img.Srcset)),
			g.If(img.Sizes != "", g.Attr("sizes", img.Sizes)),
			g.If(img.Width > 0, g.Group{h.Width(strconv.Itoa(img.Width)), h.Height(strconv.Itoa(img.Height))}),
		),
	)
}
