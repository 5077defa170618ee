package main

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A photo is a file of a Debian package; it is not in this repository.
type photo struct{ name, file string }

const backgrounds = "/usr/share/backgrounds/"

var photoPackages = []string{"lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds"}

var photos = []photo{
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
}

// photosOf returns the photos in each of the sizes. It makes the files that do not exist yet.
func (b *bench) photosOf(sizes []image.Point) (all []*picture, err error) {
	for _, size := range sizes {
		for _, p := range photos[:b.photos] {
			path := filepath.Join(b.dir, fmt.Sprintf("%s-%dx%d.ppm", p.name, size.X, size.Y))
			if err := p.make(path, size); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			all = append(all, &picture{set: "photos", name: p.name, path: path, size: size})
		}
	}
	return all, nil
}

func (p photo) make(path string, size image.Point) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	made := path + ".new.ppm"
	cmd := exec.Command("vips", "thumbnail", backgrounds+p.file, made+"[strip]", fmt.Sprint(size.X), "--height", fmt.Sprint(size.Y), "--crop", "centre")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	return os.Rename(made, path)
}

func (b *bench) photoNames() string {
	var all []string
	for _, p := range photos[:b.photos] {
		all = append(all, p.name+" (`"+p.file+"`)")
	}
	return strings.Join(all, ", ")
}
