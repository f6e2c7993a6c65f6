//go:build (amd64 || arm64) && !race

package record

// goroutine returns an address that no other goroutine has while this one
// runs.
func goroutine() uintptr
