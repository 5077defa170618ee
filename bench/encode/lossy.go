package main

import (
	"fmt"
	"image"
)

// lossy is a comparison of encoders of photos.
type lossy struct {
	pairs     []pair
	qualities []int // of the points of each curve
	compared  []int // the qualities of the reference in the tables
	timed     int   // the quality at which CPU time is measured
	decode    decoder
	sizes     []image.Point
	pictures  []*picture // nil: the photos
}

// pair is an encoder and its reference.
type pair struct {
	name            string
	subject, theirs side
	more            []timing // additional comparisons of CPU time
}

// timing is a comparison of only CPU time.
type timing struct {
	name            string
	subject, theirs side
}

// measured has the curves of both sides of a pair, by picture.
type measured struct {
	pictures        []*picture
	subject, theirs [][]point
}

// write measures everything and writes the tables.
func (l *lossy) write(b *bench, p printer) error {
	pictures := l.pictures
	if pictures == nil {
		var err error
		if pictures, err = b.photosOf(l.sizes); err != nil {
			return err
		}
	}
	times, err := l.times(b, pictures)
	if err != nil {
		return err
	}
	curves, err := l.curves(b, pictures)
	if err != nil {
		return err
	}
	l.writeEqual(p, curves)
	if b.each {
		l.writeEach(p, curves)
	}
	l.writeSame(p, curves)
	l.writeTimes(p, times)
	return nil
}

// curves measures the curves of all pairs. If several pairs have the same side, it is measured once.
func (l *lossy) curves(b *bench, pictures []*picture) ([]measured, error) {
	all := make([]measured, len(l.pairs))
	for _, p := range pictures {
		known := map[string][]point{}
		of := func(s side) ([]point, error) {
			if c, ok := known[s.label]; ok {
				return c, nil
			}
			c, err := b.curve(s, p, l.qualities, l.decode)
			known[s.label] = c
			return c, err
		}
		for i, pair := range l.pairs {
			subject, err := of(pair.subject)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p.path, pair.subject.label, err)
			}
			theirs, err := of(pair.theirs)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p.path, pair.theirs.label, err)
			}
			m := &all[i]
			m.pictures, m.subject, m.theirs = append(m.pictures, p), append(m.subject, subject), append(m.theirs, theirs)
		}
		p.forget()
		if err := b.scores.save(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mean returns the mean of f over the pictures of a size, or over all pictures if size is zero.
func (m *measured) mean(size image.Point, f func(subject, theirs []point) float64) float64 {
	sum, n := 0.0, 0.0
	for i, p := range m.pictures {
		if size == (image.Point{}) || p.size == size {
			sum, n = sum+f(m.subject[i], m.theirs[i]), n+1
		}
	}
	return sum / n
}

// equal returns the mean ratio of the file sizes at equal scores. The score of a picture is that of the reference at
// a quality.
func (m *measured) equal(size image.Point, score func(point) float64, quality int) float64 {
	return m.mean(size, func(subject, theirs []point) float64 {
		reference := at(theirs, quality)
		return bytesAt(subject, score, score(reference)) / reference.bytes
	})
}
