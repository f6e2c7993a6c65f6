package ring

// ticks reads the processor's time-stamp counter.
func ticks() uint64

// cpuid asks the processor about itself.
func cpuid(leaf uint32) (a, b, c, d uint32)

// invariantTSC reports whether ticks is a clock: the processor says that it
// never changes its rate, and the kernel keeps time by it.
func invariantTSC() bool {
	if max, _, _, _ := cpuid(0x80000000); max < 0x80000007 {
		return false
	}
	_, _, _, d := cpuid(0x80000007)
	return d&(1<<8) != 0 && kernelTrustsTSC()
}
