package ring

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// SharedMemory says whether rings can be files that two processes map here.
const SharedMemory = true

func kernelTrustsTSC() bool {
	b, err := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	return err == nil && strings.TrimSpace(string(b)) == "tsc"
}

// monotonic returns CLOCK_MONOTONIC, which is the same for all processes.
func monotonic(time.Time) int64 { return system(1) }

// wall returns CLOCK_REALTIME.
func wall() int64 { return system(0) }

// system reads a clock of the system, past the runtime: in a bubble of
// testing/synctest the clocks of package time are virtual.
func system(clock uintptr) int64 {
	var ts syscall.Timespec
	_, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&ts)), 0)
	if errno != 0 {
		return 0
	}
	return ts.Nano()
}

// pause stops the thread for d, on the system's clock.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}

func bootID() string {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b))
}

// freeSpace returns how many bytes of dir's file system are free.
func freeSpace(dir string) (int64, error) {
	var st syscall.Statfs_t
	for {
		err := syscall.Statfs(dir, &st)
		if err == nil {
			return int64(st.Bavail) * int64(st.Bsize), nil
		}
		if err != syscall.EINTR {
			return 0, fmt.Errorf("looking at the free space of %s: %w", dir, err)
		}
	}
}

// create makes the file of a ring and maps it. The file's blocks are really
// allocated: a store into a hole of a full file system kills the process. The
// lock tells the reader that this process lives; it ends with it.
func create(path string, n int) (*region, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	fail := func(doing string, err error) (*region, error) {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("%s %s: %w", doing, path, err)
	}
	for {
		if err = syscall.Fallocate(int(f.Fd()), 0, 0, int64(n)); err != syscall.EINTR {
			break
		}
	}
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		_, err = f.Write(make([]byte, n))
	}
	if err != nil {
		return fail("allocating", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return fail("locking", err)
	}
	mem, err := syscall.Mmap(int(f.Fd()), 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_POPULATE)
	if err != nil {
		return fail("mapping", err)
	}
	// The file stays open, for the lock, as long as the process lives.
	return &region{mem: mem, let: func() { syscall.Munmap(mem); f.Close() }}, nil
}

// attach maps the file of a ring for reading it. Where it cannot be written,
// the consumer's position is its own.
func attach(path string) (*region, func() bool, error) {
	flags := syscall.MAP_SHARED
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EROFS) {
		flags = syscall.MAP_PRIVATE
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	if st.Size() < headerSize {
		f.Close()
		return nil, nil, ErrNotReady
	}
	if st.Size() > maxRing || !st.Mode().IsRegular() {
		f.Close()
		return nil, nil, fmt.Errorf("it has %d bytes: not a ring", st.Size())
	}
	mem, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ|syscall.PROT_WRITE, flags)
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("mapping it: %w", err)
	}
	alive := func() bool {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			return true
		}
		syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
		return false
	}
	return &region{mem: mem, let: func() { syscall.Munmap(mem); f.Close() }}, alive, nil
}
