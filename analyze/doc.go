// Package analyze runs detectors over a trace and reports what they find.
//
// [Run] is the whole of it: a source of blocks and a list of detectors in, a
// [Report] out. A [Detector] is a documented value; its [Check] is the
// detector at work on one stretch of a trace. The package does not know its
// detectors: package detectors has the list All.
//
// A finding is Certain when it holds in every completion of the recorded
// order and of what gaps may have lost; everything else is Likely.
package analyze
