package collect

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

// memoryDir is where files are memory.
const memoryDir = "/dev/shm"

// freeBytes returns how much room there is in dir's file system.
func freeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// lockDir takes dir for this collector alone, until unlock or its end. A
// second reader of a ring would take events away from the first.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err == nil {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return func() { f.Close() }, nil
		}
		f.Close()
		if err == syscall.EWOULDBLOCK {
			err = errors.New("another collector is at work in it")
		}
	}
	return nil, fmt.Errorf("taking the directory %s: %w", dir, err)
}

// inherited reports whether a living process has dir in its environment: one
// that the command left behind, and that may still begin to record.
func inherited(dir string) bool {
	want := []byte(DirEnv + "=" + dir)
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		env, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended, or is somebody else's
		}
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if bytes.Equal(v, want) {
				return true
			}
		}
	}
	return false
}

// foreground reports whether what is typed at this process's terminal
// reaches it and the programs that it started.
func foreground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	var group int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, tty.Fd(), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group)))
	return errno == 0 && int(group) == syscall.Getpgrp()
}
