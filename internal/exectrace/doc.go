// Package exectrace reads the execution traces that "aoi-trace record
// --exec-trace" attaches to a trace, on the clock of the events beside them:
// which goroutine recorded a stream, and what a goroutine waited for between
// two events.
//
// Begin with [Zero], which takes the trace's time 0 from the attachment's
// media type, and [Read]. A [Trace] holds the states of all goroutines in
// memory, 16 bytes for each change of one; stacks, tasks and regions are left
// to go tool trace.
package exectrace
