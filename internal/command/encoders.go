package command

import (
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// encoders are those beside the library's defaults.
func (c *call) encoders() thumbnail.Encoders { return c.extra.Encoders }

// waitOf is Config.Wait, of which 0 is the default.
func waitOf(o *options) time.Duration {
	if o.wait == 0 {
		return -1
	}
	return o.wait
}
