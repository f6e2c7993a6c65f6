//go:build race || (!amd64 && !arm64)

package record

import "runtime"

// goroutine returns the number of the calling goroutine. Nothing but a stack
// trace tells it on these processors, which takes microseconds: give each
// goroutine a Stream instead. Under the race detector it is this way everywhere:
// no goroutine then continues the stream of one that has ended, which the
// detector would take for a race, since it does not know that the other ended.
func goroutine() uintptr {
	var buf [32]byte
	const before = len("goroutine ")
	n := uintptr(0)
	for _, c := range buf[before:max(before, runtime.Stack(buf[:], false))] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uintptr(c-'0')
	}
	return n
}
