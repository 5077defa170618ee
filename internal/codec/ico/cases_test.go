package ico_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/ico"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestEveryCaseGivesTheExpectedPicture(t *testing.T) { codectest.Cases(t, ico.Format, "ico") }
