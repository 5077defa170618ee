//go:build !linux

package main

import (
	"errors"
	"time"
)

// CPU time and resident memory are read as Linux provides them; main refuses to run on other systems.

func cpuTime() time.Duration { return 0 }

func peak() (string, error) { return "", errors.ErrUnsupported }
