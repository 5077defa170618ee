package bmp_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestEveryCaseGivesTheExpectedPicture(t *testing.T) { codectest.Cases(t, bmp.Format, "bmp") }
