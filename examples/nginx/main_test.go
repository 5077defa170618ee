package main

import (
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/examples/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func TestThumbnailsBehindIt(t *testing.T) { fronttest.Test(t, nginx) }

func TestProgram(t *testing.T) { fronttest.TestProgram(t, nginx) }
