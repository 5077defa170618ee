package main

import (
	"fmt"
	"image"
	"strings"
)

// sizesAndAll returns the sizes of a table, followed by the zero size, which stands for all of them.
func (l *lossy) sizesAndAll() []image.Point {
	if len(l.sizes) < 2 {
		return l.sizes
	}
	return append(append([]image.Point(nil), l.sizes...), image.Point{})
}

func sizeName(size image.Point) string {
	if size == (image.Point{}) {
		return "all"
	}
	return fmt.Sprintf("%d×%d", size.X, size.Y)
}

// writeEqual writes the table of bytes at equal scores.
func (l *lossy) writeEqual(p printer, curves []measured) {
	p("### Bytes at equal quality\n")
	p("File size divided by the reference's, where both have the same score: by SSIMULACRA 2 / by butteraugli (3-norm). The score is that of the reference at the quality on the left.\n")
	head, line := "| size | quality |", "|---|--:|"
	for _, pair := range l.pairs {
		head, line = head+" "+pair.name+" |", line+"--:|"
	}
	p("%s\n%s", head, line)
	for _, size := range l.sizesAndAll() {
		for _, quality := range l.compared {
			row := fmt.Sprintf("| %s | %d |", sizeName(size), quality)
			for i := range l.pairs {
				row += fmt.Sprintf(" %.3f / %.3f |", curves[i].equal(size, bySSIMULACRA2, quality), curves[i].equal(size, byButteraugli, quality))
			}
			p("%s", row)
		}
	}
	p("")
}

// writeEach writes the same ratios of each photo, as the mean of the qualities, and the differences at the same setting.
func (l *lossy) writeEach(p printer, curves []measured) {
	p("### Each photo\n")
	p("File size at equal S2 / at equal butteraugli, means of the qualities; and at the same setting S2 minus the reference's / file size divided by the reference's.\n")
	head, line := "| size | photo |", "|---|---|"
	for _, pair := range l.pairs {
		head, line = head+" "+pair.name+" |", line+"--:|"
	}
	p("%s\n%s", head, line)
	for i, picture := range curves[0].pictures {
		row := fmt.Sprintf("| %s | %s |", sizeName(picture.size), picture.name)
		for _, c := range curves {
			var s2, butteraugli, more, bytes float64
			for _, quality := range l.compared {
				subject, reference := at(c.subject[i], quality), at(c.theirs[i], quality)
				s2 += bytesAt(c.subject[i], bySSIMULACRA2, reference.S2) / reference.bytes
				butteraugli += bytesAt(c.subject[i], byButteraugli, reference.Butteraugli) / reference.bytes
				more, bytes = more+subject.S2-reference.S2, bytes+subject.bytes/reference.bytes
			}
			n := float64(len(l.compared))
			row += fmt.Sprintf(" %.3f / %.3f, %+.2f / %.3f |", s2/n, butteraugli/n, more/n, bytes/n)
		}
		p("%s", row)
	}
	p("")
}

// writeSame writes the table of scores and sizes at the same quality setting.
func (l *lossy) writeSame(p printer, curves []measured) {
	p("### At the same quality setting\n")
	p("SSIMULACRA 2 minus the reference's (higher is better) / butteraugli divided by the reference's (lower is better) / file size divided by the reference's.\n")
	head, line := "| size | quality | reference: S2, butteraugli, kB |", "|---|--:|--:|"
	for _, pair := range l.pairs {
		head, line = head+" "+pair.name+" |", line+"--:|"
	}
	p("%s\n%s", head, line)
	for _, size := range l.sizesAndAll() {
		for _, quality := range l.compared {
			theirs := func(f func(point) float64) float64 {
				return curves[0].mean(size, func(_, theirs []point) float64 { return f(at(theirs, quality)) })
			}
			row := fmt.Sprintf("| %s | %d | %.1f, %.2f, %.1f |", sizeName(size), quality, theirs(bySSIMULACRA2), theirs(byButteraugli),
				theirs(func(p point) float64 { return p.bytes / 1000 }))
			for i := range l.pairs {
				compare := func(f func(subject, theirs point) float64) float64 {
					return curves[i].mean(size, func(a, b []point) float64 { return f(at(a, quality), at(b, quality)) })
				}
				row += fmt.Sprintf(" %+.2f / %.3f / %.3f |", compare(func(a, b point) float64 { return a.S2 - b.S2 }),
					compare(func(a, b point) float64 { return a.Butteraugli / b.Butteraugli }),
					compare(func(a, b point) float64 { return a.bytes / b.bytes }))
			}
			p("%s", row)
		}
	}
	p("")
}

// writePairs writes the list of the pairs that are compared.
func (l *lossy) writePairs(p printer) {
	for _, pair := range l.pairs {
		p("- %s: %s against %s", pair.name, pair.subject.label, pair.theirs.label)
	}
	p("")
}

// replaceSection replaces a section of ENCODE.md.
func replaceSection(path, title, text string) error {
	page, err := readPage(path)
	if err != nil {
		return err
	}
	page[title] = strings.TrimSpace(text)
	return writePage(path, page)
}
