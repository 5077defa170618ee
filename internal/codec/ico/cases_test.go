package ico_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/codec/ico"
)

func TestEveryCaseIsThePictureThatItShouldBe(t *testing.T) { codectest.Cases(t, ico.Format, "ico") }
