//go:build race

package record_test

// racing says that the race detector watches.
const racing = true
