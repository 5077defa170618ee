//go:build !unix

package main

// cpuTime returns 0: CPU time is measured only on Unix systems.
func cpuTime() float64 { return 0 }
