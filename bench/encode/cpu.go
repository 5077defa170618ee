package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os/exec"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// cpuTimes are the shortest of several, in microseconds, at quality 85: from RGB, and from Y'CbCr in
// 4:2:0, as a thumbnail of a JPEG is.
type cpuTimes struct {
	turboRGB, turboPlanes, oursRGB, oursPlanes, oursProgressive float64
}

// rounds is how often both encoders take turns.
const rounds = 5

func (r *result) measureCPU(worker string) error {
	rgb, err := loadPPM(r.path)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := (processors.JPEG{Quality: 98, Baseline: true}).Encode(&file, rgb); err != nil {
		return err
	}
	planes, err := jpeg.Decode(&file)
	if err != nil {
		return err
	}
	baseline, progressive := processors.JPEG{Baseline: true}, processors.JPEG{Progressive: true}
	repeat := max(1, 1_600_000/(r.size.X*r.size.Y))
	for range rounds {
		for _, c := range []struct {
			to     *float64
			planes int
		}{{&r.cpu.turboRGB, 0}, {&r.cpu.turboPlanes, 1}} {
			var took float64
			out, err := exec.Command(worker, r.path, "85", "0", fmt.Sprint(c.planes), fmt.Sprint(repeat+1)).Output()
			if err == nil {
				_, err = fmt.Sscan(string(out), &took)
			}
			if err != nil {
				return err
			}
			keepLeast(c.to, took)
		}
		for _, c := range []struct {
			to  *float64
			e   processors.JPEG
			img image.Image
		}{{&r.cpu.oursRGB, baseline, rgb}, {&r.cpu.oursPlanes, baseline, planes}, {&r.cpu.oursProgressive, progressive, planes}} {
			start := cpuTime()
			for range repeat {
				if err := c.e.EncodeContext(context.Background(), io.Discard, c.img); err != nil {
					return err
				}
			}
			keepLeast(c.to, (cpuTime()-start)/float64(repeat))
		}
	}
	return nil
}

func keepLeast(to *float64, v float64) {
	if *to == 0 || v < *to {
		*to = v
	}
}
