package tiff_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestEveryCaseGivesTheExpectedPicture(t *testing.T) { codectest.Cases(t, tiff.Format, "tiff") }
