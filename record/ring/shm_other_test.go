//go:build !linux

package ring

import "testing"

// tmpfs returns a directory in memory: there is no tmpfs here.
func tmpfs(testing.TB) string { return Memory() }
