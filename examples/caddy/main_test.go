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
