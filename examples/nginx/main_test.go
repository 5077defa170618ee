package main

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
)

func TestThumbnailsBehindIt(t *testing.T) { fronttest.Test(t, nginx) }
