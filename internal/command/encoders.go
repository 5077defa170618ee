package command

import (
	"maps"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors/webp"
)

// encoders are those beside the library's defaults.
func (c *call) encoders() thumbnail.Encoders {
	all := thumbnail.Encoders{".webp": webp.Encoder{}}
	maps.Copy(all, c.extra.Encoders)
	return all
}

// waitOf is Config.Wait, of which 0 is the default.
func waitOf(o *options) time.Duration {
	if o.wait == 0 {
		return -1
	}
	return o.wait
}
