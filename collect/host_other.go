//go:build !linux

package collect

import (
	"os"
	"time"
)

var memoryDir = os.TempDir()

var processStart = time.Now()

func machineTime() time.Duration { return time.Since(processStart) }

func lockDir(string) (func(), error) { return func() {}, nil }

func inherited(string) bool { return false }

func foreground() bool { return false }
