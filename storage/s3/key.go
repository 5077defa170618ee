package s3

import "github.com/rest-thumbnails/thumbnail/storage"

// object returns the object name of a key. ok is false if no object can have it.
func (s *Storage) object(key string) (string, bool) {
	name := s.cfg.Prefix + key
	return name, storage.ValidKey(key) && len(name) <= maxFullKey
}
