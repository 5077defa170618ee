package thumbnail

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// start prepares formats and encoders for their first picture.
func (c *Config) start() error {
	for i, f := range c.Formats {
		if f.Start == nil {
			continue
		}
		if err := f.Start(); err != nil {
			return fmt.Errorf("thumbnail: Config.Formats[%d] (%q): %w", i, f.Name, err)
		}
	}
	for _, ext := range slices.Sorted(maps.Keys(c.Encoders)) {
		s, ok := ability.Find[processors.Starter](c.Encoders[ext])
		if !ok {
			continue
		}
		if err := s.Start(); err != nil {
			return fmt.Errorf("thumbnail: Config.Encoders[%q]: %w", ext, err)
		}
	}
	return nil
}
