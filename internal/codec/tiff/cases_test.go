package tiff_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
)

func TestEveryCaseIsThePictureThatItShouldBe(t *testing.T) { codectest.Cases(t, tiff.Format, "tiff") }
