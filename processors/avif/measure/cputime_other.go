//go:build !unix

package main

// cpuTime returns 0: CPU time is measured on Unix systems alone.
func cpuTime() float64 { return 0 }
