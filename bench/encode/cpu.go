package main

import (
	"fmt"
	"image"
)

// times has the CPU time of all timings of a comparison, by picture, in microseconds.
type times struct {
	names           []string
	pictures        []*picture
	subject, theirs [][]float64 // by timing, then by picture
}

// times measures CPU time: the minimum of several runs, in which both sides alternate.
func (l *lossy) times(b *bench, pictures []*picture) (*times, error) {
	t := &times{pictures: pictures}
	for _, pair := range l.pairs {
		all := append([]timing{{pair.name, pair.subject, pair.theirs}}, pair.more...)
		for _, c := range all {
			if c.subject.cpu == nil || c.theirs.cpu == nil {
				continue
			}
			var subject, theirs []float64
			for _, p := range pictures {
				s, o, err := b.compare(c.subject, c.theirs, p, l.timed)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", p.path, c.name, err)
				}
				subject, theirs = append(subject, s), append(theirs, o)
				p.forget()
			}
			t.names, t.subject, t.theirs = append(t.names, c.name), append(t.subject, subject), append(t.theirs, theirs)
		}
	}
	return t, nil
}

// compare returns the minimum CPU time of each side.
func (b *bench) compare(subject, theirs side, p *picture, quality int) (s, t float64, err error) {
	for range b.rounds {
		for _, c := range []struct {
			side  side
			least *float64
		}{{subject, &s}, {theirs, &t}} {
			took, err := c.side.cpu(b, p, quality)
			if err != nil {
				return 0, 0, err
			}
			if *c.least == 0 || took < *c.least {
				*c.least = took
			}
		}
	}
	return s, t, nil
}

// writeTimes writes the table of CPU time.
func (l *lossy) writeTimes(p printer, t *times) {
	p("### CPU time at quality %d\n", l.timed)
	p("CPU time divided by that of the reference for the same picture: the shortest of several alternating runs of each. In brackets: the milliseconds of the encoder, and of the reference.\n")
	head, line := "| size |", "|---|"
	for _, name := range t.names {
		head, line = head+" "+name+" |", line+"--:|"
	}
	p("%s\n%s", head, line)
	for _, size := range l.sizes {
		row := "| " + sizeName(size) + " |"
		for i := range t.names {
			ratio, subject, theirs := t.of(i, size)
			row += fmt.Sprintf(" %.2f (%.2f, %.2f) |", ratio, subject/1000, theirs/1000)
		}
		p("%s", row)
	}
	p("")
}

// of returns three means over the pictures of a size: the mean ratio, and the mean time of each side.
func (t *times) of(timing int, size image.Point) (ratio, subject, theirs float64) {
	n := 0.0
	for i, p := range t.pictures {
		if p.size == size {
			s, o := t.subject[timing][i], t.theirs[timing][i]
			ratio, subject, theirs, n = ratio+s/o, subject+s, theirs+o, n+1
		}
	}
	return ratio / n, subject / n, theirs / n
}
