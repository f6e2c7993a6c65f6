//go:build !amd64 && !arm64

package record

import "runtime"

// goroutine returns the number of the calling goroutine. Nothing but a stack
// trace tells it on these processors, which takes microseconds: give each
// goroutine a Stream instead.
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
