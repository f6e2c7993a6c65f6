//go:build !linux

package ring

import (
	"errors"
	"time"
)

// SharedMemory says whether rings can be files that two processes map here.
const SharedMemory = false

var errNoSharedMemory = errors.New("rings in files are for Linux; record.To records here without them")

func kernelTrustsTSC() bool { return false }

func monotonic(base time.Time) int64 { return int64(time.Since(base)) + 1 }

func wall() int64 { return time.Now().UnixNano() }

func pause(d time.Duration) { time.Sleep(d) }

func bootID() string { return "" }

func freeSpace(string) (int64, error) { return 0, errNoSharedMemory }

func create(string, int) (*region, error) { return nil, errNoSharedMemory }

func attach(string) (*region, func() bool, error) { return nil, nil, errNoSharedMemory }
