package main

import (
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func TestThumbnailsAreServedBehindIt(t *testing.T) { fronttest.Test(t, caddy) }

func TestTheProgramStartsServesAndStops(t *testing.T) { fronttest.TestProgram(t, caddy) }

// The file that the handler names may be removed before Caddy opens it.
func TestTheHandlerSendsWhatCaddyDoesNotFind(t *testing.T) {
	fronttest.TestFallback(t, caddy, "root /srv/thumbs", "root /srv/thumbs/elsewhere")
}
