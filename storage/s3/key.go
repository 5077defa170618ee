package s3

import "github.com/rest-thumbnails/thumbnail/storage"

// object gives the name in the bucket for key, and false if no object can have it.
func (s *Storage) object(key string) (string, bool) {
	name := s.cfg.Prefix + key
	return name, storage.ValidKey(key) && len(name) <= maxFullKey
}
