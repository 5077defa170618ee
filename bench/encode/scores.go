package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/ssimulacra2"
)

// score is the similarity of a copy to its original.
type score struct {
	S2          float64 // SSIMULACRA 2: 100 is no difference
	Butteraugli float64 // the 3-norm of butteraugli: 0 is no difference
}

// scores is a cache of scores, keyed by the pixels of both pictures.
type scores struct {
	path string
	mu   sync.Mutex
	all  map[string]score
	last *picture
	ref  *ssimulacra2.Reference
}

func openScores(path string) (*scores, error) {
	s := &scores{path: path, all: map[string]score{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s.all)
	}
	return s, err
}

func (s *scores) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := json.Marshal(s.all)
	if err != nil {
		return err
	}
	return os.WriteFile(s.path, data, 0o644)
}

// of compares a copy with its original.
func (s *scores) of(p *picture, copied *image.RGBA) (score, error) {
	if p.seen != nil {
		p = p.seen
	}
	img, err := p.image()
	if err != nil {
		return score{}, err
	}
	original := img.(*image.RGBA)
	hash := sha256.New()
	hash.Write(original.Pix)
	hash.Write(copied.Pix)
	key := hex.EncodeToString(hash.Sum(nil)[:16])
	s.mu.Lock()
	known, ok := s.all[key]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	var made score
	if made.S2, err = s.reference(p, original).Score(copied); err != nil {
		return made, err
	}
	if made.Butteraugli, err = butteraugli(p.path, copied); err != nil {
		return made, err
	}
	s.mu.Lock()
	s.all[key] = made
	s.mu.Unlock()
	return made, nil
}

// reference returns the reference of a picture. It keeps the last one, because the copies of a picture are
// compared one after the other.
func (s *scores) reference(p *picture, img image.Image) *ssimulacra2.Reference {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != p {
		s.last, s.ref = p, ssimulacra2.NewReference(img)
	}
	return s.ref
}

// butteraugli runs the program of libjxl.
func butteraugli(path string, copied *image.RGBA) (float64, error) {
	f, err := os.CreateTemp("", "*.ppm")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	if err = writePPM(f, copied); err != nil {
		return 0, err
	}
	if err = f.Close(); err != nil {
		return 0, err
	}
	out, err := exec.Command("butteraugli_main", path, f.Name()).Output()
	if err != nil {
		return 0, err
	}
	_, norm, ok := strings.Cut(string(out), "3-norm:")
	if !ok {
		return 0, fmt.Errorf("butteraugli_main printed %q", out)
	}
	return strconv.ParseFloat(strings.TrimSpace(norm), 64)
}
