//go:build !race

package ring

import (
	"sync/atomic"
	"unsafe"
)

// publish lets the reader have what was stored before it. Stores become
// visible in their order on this processor, and the compiler keeps theirs, so
// a plain one is enough: atomic.Store would empty the store buffer each time.
func publish(cursor *atomic.Uint64, pos uint64) {
	*(*uint64)(unsafe.Pointer(cursor)) = pos
}
