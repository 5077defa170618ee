package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

var (
	tag       = regexp.MustCompile(`<(\w+)([^>]*)>`)
	attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// attributes returns the tags in HTML, with their attributes.
func attributes(html string) (all []map[string]string) {
	for _, t := range tag.FindAllStringSubmatch(html, -1) {
		m := map[string]string{"": t[1]}
		for _, a := range attribute.FindAllStringSubmatch(t[2], -1) {
			m[a[1]] = a[2]
		}
		all = append(all, m)
	}
	return all
}

func TestEveryWayPrintsTheSamePicture(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, write(&b, "a secret of at least 16 bytes", `animals/"kitten" & co.jpg`))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	text := lines[len(lines)-1]
	var img thumbnail.Image
	require.NoError(t, json.Unmarshal([]byte(text), &img))
	components := strings.SplitAfter(b.String(), "</picture>")
	require.Len(t, components, 3)
	first, second := attributes(components[0]), attributes(components[1])
	assert.Equal(t, first, second)
	require.Len(t, first, 3)
	assert.Equal(t, map[string]string{
		"": "img", "src": img.Src, "srcset": img.Srcset, "width": "400", "height": "300", "alt": "A kitten", "loading": "lazy", "decoding": "async",
	}, first[2])
	assert.Equal(t, map[string]string{"": "source", "type": "image/png", "srcset": img.Sources[0].Srcset}, first[1])
}
