package ring

import (
	"os"
	"testing"
)

// tmpfs returns a directory on tmpfs, or another where there is none.
func tmpfs(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "aoi-ring-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
