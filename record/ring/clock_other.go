//go:build !amd64

package ring

func ticks() uint64 { return 0 }

func invariantTSC() bool { return false }
