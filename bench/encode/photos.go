package main

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
)

// A photo is of a Debian package. Nothing of it is in this repository.
type photo struct{ name, file string }

const backgrounds = "/usr/share/backgrounds/"

// photos are of lomiri-wallpapers-16.04, lomiri-wallpapers-20.04 and mate-backgrounds.
var photos = []photo{
	{"elephants", "mate/abstract/Elephants_5640x3172.jpg"},
	{"raindrops", "mate/nature/RainDrops.jpg"},
	{"blinds", "mate/nature/Blinds.jpg"},
	{"storm", "mate/nature/Storm.jpg"},
	{"ladybird", "mate/nature/LadyBird.jpg"},
	{"kleiber", "Kleiber_by_Lukas_Baubkus.jpg"},
	{"dragonfly", "Dragonfly_by_Bolly.jpg"},
	{"seeding", "seeding_by_Clements_Engelhardt.jpg"},
	{"life", "life_by_Aitzol_Berasategi.jpg"},
	{"picos", "picosdeeuropa_by_Aitzol_Berasategi.jpg"},
	{"bridge", "Bridge_by_Sander_Klootwijk.jpg"},
	{"wine", "Wine_by_Jakkub_Mede.jpg"},
	{"aitzgorri", "aitzgorri_by_Aitzol_Berasategi.jpg"},
	{"umang", "umang_by_Abhishek_Mudgal.jpg"},
}

// make makes the picture that is encoded, unless it is there.
func (p photo) make(path string, size image.Point) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	cmd := exec.Command("vips", "thumbnail", backgrounds+p.file, path+".new.ppm[strip]", fmt.Sprint(size.X), "--height", fmt.Sprint(size.Y), "--crop", "centre")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	return os.Rename(path+".new.ppm", path)
}

// readPPM reads a P6 or P5 file of 8 bits.
func readPPM(r io.Reader) (*image.RGBA, error) {
	in := bufio.NewReader(r)
	var kind string
	var w, h, most int
	if _, err := fmt.Fscan(in, &kind, &w, &h, &most); err != nil {
		return nil, err
	}
	if _, err := in.ReadByte(); err != nil {
		return nil, err
	}
	channels := 3
	if kind == "P5" {
		channels = 1
	}
	pixels := make([]byte, channels*w*h)
	if _, err := io.ReadFull(in, pixels); err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		for c := range 3 {
			img.Pix[4*i+c] = pixels[channels*i+c%channels]
		}
		img.Pix[4*i+3] = 255
	}
	return img, nil
}

func loadPPM(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readPPM(f)
}
