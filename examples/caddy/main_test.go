package main

import (
	"net/http"
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

func TestAMissingPageOfTheSiteStaysMissing(t *testing.T) {
	const rest = "# 2. The handler, and the rest of the site."
	fronttest.TestStatus(t, caddy, rest, "handle /thumbs {\nerror 404\n}\n"+rest, "/thumbs", http.StatusNotFound) // the handler would answer 400
}
