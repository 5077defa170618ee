package main

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A photo is a file of a Debian package; it is not in this repository.
type photo struct{ name, file string }

// A photoSet is the photos of a run.
type photoSet struct {
	suffix   string // of the titles of its sections
	note     string // what a section says about them
	packages []string
	photos   []photo
}

const (
	backgrounds = "/usr/share/backgrounds/"
	wallpapers  = "/usr/share/wallpapers/"
)

// tuned are the photos that the encoders were tuned on. Their licenses are CC-BY, CC-BY-SA, CC0 and GPL-2+.
var tuned = photoSet{
	packages: []string{"lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds"},
	photos: []photo{
		{"kleiber", "Kleiber_by_Lukas_Baubkus.jpg"},
		{"elephants", "mate/abstract/Elephants_5640x3172.jpg"},
		{"raindrops", "mate/nature/RainDrops.jpg"},
		{"dragonfly", "Dragonfly_by_Bolly.jpg"},
		{"picos", "picosdeeuropa_by_Aitzol_Berasategi.jpg"},
		{"wine", "Wine_by_Jakkub_Mede.jpg"},
		{"blinds", "mate/nature/Blinds.jpg"},
		{"storm", "mate/nature/Storm.jpg"},
		{"ladybird", "mate/nature/LadyBird.jpg"},
		{"seeding", "seeding_by_Clements_Engelhardt.jpg"},
		{"life", "life_by_Aitzol_Berasategi.jpg"},
		{"bridge", "Bridge_by_Sander_Klootwijk.jpg"},
		{"aitzgorri", "aitzgorri_by_Aitzol_Berasategi.jpg"},
		{"umang", "umang_by_Abhishek_Mudgal.jpg"},
	},
}

// holdout are photos that the encoders were not tuned on. Their licenses are CC-BY and GPL-2+.
var holdout = photoSet{
	suffix:   ", other photos",
	note:     " The encoders were not tuned on these photos.",
	packages: []string{"lomiri-wallpapers-16.04", "mate-backgrounds", "plasma-workspace-wallpapers"},
	photos: []photo{
		{"dogs", "friends_by_Aitzol_Berasategi.jpg"},
		{"boats", wallpapers + "EveningGlow/contents/images/2560x1600.jpg"},
		{"forest", wallpapers + "Path/contents/images/2560x1600.jpg"},
		{"facade", wallpapers + "Grey/contents/images/2560x1600.jpg"},
		{"leaves", wallpapers + "FallenLeaf/contents/images/2560x1600.jpg"},
		{"night", wallpapers + "DarkestHour/contents/images/2560x1600.jpg"},
		{"moss", wallpapers + "OneStandsOut/contents/images/2560x1600.jpg"},
		{"fig", "Picture_0B_by_freespace.jpg"},
		{"dandelion", "mate/nature/TwoWings.jpg"},
		{"sunset", "sunset_by_Aitzol_Berasategi.jpg"},
		{"cups", wallpapers + "ColorfulCups/contents/images/2560x1600.jpg"},
		{"wood", "mate/nature/Wood.jpg"},
		{"deck", wallpapers + "BytheWater/contents/images/2560x1600.jpg"},
		{"kite", wallpapers + "Kite/contents/images/2560x1600.jpg"},
		{"clock", "greentock_by_Peter_Nerlich.jpg"},
		{"marigold", "mate/nature/Garden.jpg"},
	},
}

// choosePhotos chooses the photos: "" is all that the encoders were tuned on, "holdout" all others; a number, or
// "holdout:" and a number, is how many of them.
func (b *bench) choosePhotos(text string) error {
	name, number, cut := strings.Cut(text, ":")
	b.set = tuned
	if name == "holdout" {
		b.set = holdout
	} else if name != "" {
		number, cut = name, true
	}
	if cut {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(b.set.photos) {
			return fmt.Errorf("-photos %s: holdout, a number from 1 to %d, or holdout:NUMBER", text, len(b.set.photos))
		}
		b.fewer = n < len(b.set.photos)
		b.set.photos = b.set.photos[:n]
	}
	return nil
}

// photosOf returns the photos in each of the sizes. It makes the files that do not exist yet.
func (b *bench) photosOf(sizes []image.Point) (all []*picture, err error) {
	for _, size := range sizes {
		for _, p := range b.set.photos {
			path := filepath.Join(b.dir, fmt.Sprintf("%s-%dx%d.ppm", p.name, size.X, size.Y))
			if err := p.make(path, size); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			made := &picture{set: "photos", name: p.name, path: path, size: size}
			if b.chroma == "gray" {
				if err := made.becomeGray(); err != nil {
					return nil, err
				}
			}
			all = append(all, made)
		}
	}
	return all, nil
}

// path returns where the package installs the file.
func (p photo) path() string {
	if filepath.IsAbs(p.file) {
		return p.file
	}
	return backgrounds + p.file
}

func (p photo) make(path string, size image.Point) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	made := path + ".new.ppm"
	cmd := exec.Command("vips", "thumbnail", p.path(), made+"[strip]", fmt.Sprint(size.X), "--height", fmt.Sprint(size.Y), "--crop", "centre")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	return os.Rename(made, path)
}

// photoNames is a sentence with the names of the photos.
func (b *bench) photoNames() string {
	var all []string
	for _, p := range b.set.photos {
		all = append(all, p.name+" (`"+strings.TrimPrefix(p.file, wallpapers)+"`)")
	}
	return fmt.Sprintf("%d photos: %s.%s", len(all), strings.Join(all, ", "), b.set.note)
}

// with returns the packages of the photos and others.
func (s *photoSet) with(others ...string) []string {
	return append(slices.Clone(s.packages), others...)
}
