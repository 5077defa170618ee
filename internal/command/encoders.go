package command

import (
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// encoders returns the encoders in addition to the library's defaults.
func (c *call) encoders() thumbnail.Encoders { return c.extra.Encoders }

// waitOf converts the flag -wait to Config.Wait, in which 0 means the default.
func waitOf(o *options) time.Duration {
	if o.wait == 0 {
		return -1
	}
	return o.wait
}
