//go:build !race

package ring

// racing says that the race detector watches.
const racing = false
