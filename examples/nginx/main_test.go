package main

import (
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func TestThumbnailsAreServedBehindIt(t *testing.T) { fronttest.Test(t, nginx) }

func TestTheProgramStartsServesAndStops(t *testing.T) { fronttest.TestProgram(t, nginx) }

// The file that the handler names may be removed before nginx opens it.
func TestTheHandlerSendsWhatNginxDoesNotFind(t *testing.T) {
	fronttest.TestFallback(t, nginx, "alias /srv/thumbs/;", "alias /srv/thumbs/elsewhere/;")
}
