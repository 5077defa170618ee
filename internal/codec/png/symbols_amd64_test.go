//go:build !noasm

package png

// inGo runs f without the assembly of the inflater.
func inGo(f func()) {
	defer func(has bool) { hasBMI2 = has }(hasBMI2)
	hasBMI2 = false
	f()
}
