package main

import (
	"net/http"
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func TestThumbnailsAreServedBehindIt(t *testing.T) { fronttest.Test(t, apache) }

func TestTheProgramStartsServesAndStops(t *testing.T) { fronttest.TestProgram(t, apache) }

// The file that the handler names may be removed before Apache opens it.
func TestTheHandlerSendsWhatApacheDoesNotFind(t *testing.T) {
	fronttest.TestFallback(t, apache, `XSendFilePath "/srv/thumbs"`, `XSendFilePath "/srv/thumbs/elsewhere"`)
}

func TestAForbiddenPageOfTheSiteStaysForbidden(t *testing.T) {
	fronttest.TestStatus(t, apache, "RewriteEngine On", "RewriteEngine On\n<Location \"/admin\">\nRequire all denied\n</Location>", "/admin", http.StatusForbidden)
}
