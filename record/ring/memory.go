package ring

import (
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

// Suffix ends the name of every ring file.
const Suffix = ".ring"

// maxRing is more than the size of any ring file, in bytes.
const maxRing = 1 << 30

// memoryPrefix begins the names of directories that Memory made.
const memoryPrefix = "memory:"

// memories are the rings of this process that are not files, by path.
var memories struct {
	sync.Mutex
	made  uint64
	rings map[string]*region
	files map[string]string // the directories of their attachments, by directory
}

// Memory returns the name of a new directory that exists only in the memory
// of this process: for recording without a collector beside it, and where
// there is no shared memory. NewPool, List, OpenReader and Remove take it
// like any other.
func Memory() string {
	memories.Lock()
	defer memories.Unlock()
	memories.made++
	return memoryPrefix + decimal(memories.made)
}

func isMemory(path string) bool { return strings.HasPrefix(path, memoryPrefix) }

// createMemory makes a ring of ordinary memory, aligned to a cache line.
func createMemory(path string, n int) *region {
	words := make([]uint64, n/8+16)
	skip := 0
	for uintptr(unsafe.Pointer(&words[skip]))%64 != 0 {
		skip++
	}
	return &region{mem: unsafe.Slice((*byte)(unsafe.Pointer(&words[skip])), n)}
}

// publishMemory shows a ring to readers.
func publishMemory(path string, r *region) {
	memories.Lock()
	defer memories.Unlock()
	if memories.rings == nil {
		memories.rings = map[string]*region{}
	}
	memories.rings[path] = r
}

func attachMemory(path string) (*region, error) {
	memories.Lock()
	defer memories.Unlock()
	r := memories.rings[path]
	if r == nil {
		return nil, os.ErrNotExist
	}
	return &region{mem: r.mem}, nil
}

// List returns the paths of the rings in dir, a directory or what Memory
// returned, those of one process in the order in which they were made. A
// directory that does not exist has none.
func List(dir string) ([]string, error) {
	var paths []string
	if isMemory(dir) {
		memories.Lock()
		defer memories.Unlock()
		for path := range memories.rings {
			if strings.HasPrefix(path, dir+"/") {
				paths = append(paths, path)
			}
		}
		sort.Strings(paths)
		return paths, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), Suffix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// Remove forgets the rings and attachments of dir, and removes the directory
// if nothing else is in it. A process that still writes into them goes on undisturbed.
func Remove(dir string) error {
	paths, err := List(dir)
	if err != nil {
		return err
	}
	if isMemory(dir) {
		memories.Lock()
		defer memories.Unlock()
		for _, path := range paths {
			delete(memories.rings, path)
		}
		files := memories.files[dir]
		delete(memories.files, dir)
		if files == "" {
			return nil
		}
		return os.RemoveAll(files)
	}
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, FilesDir)); err != nil {
		return err
	}
	return os.Remove(dir)
}
