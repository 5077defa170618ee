//go:build !linux

package main

import (
	"errors"
	"time"
)

// CPU time and resident memory are read the way of Linux; main refuses to run elsewhere.

func cpuTime() time.Duration { return 0 }

func peak() (string, error) { return "", errors.ErrUnsupported }
