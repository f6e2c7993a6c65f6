// Package record is what a game server imports to have the work of its
// area-of-interest code recorded. It needs nothing but the standard library.
//
// Call [Open] once. It returns nil unless the process runs under
// "aoi-trace record", and every method of a nil [Recorder] or [Stream] is a
// no-op of less than a nanosecond, so the calls stay in the program for good.
// [To] records into a file without that command: for tests, and for programs
// that nobody wraps.
//
//	rec := record.Open()
//	defer rec.Close()
//	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1, Filters: "none", Despawn: "explicit"})
//	zone := rec.Stream("zone-3") // belongs to one goroutine
//	move := rec.Name("move")
//
//	zone.Begin(move, id)
//	zone.Move(id, x, y, z)
//	zone.Enter(id, other)
//	zone.End()
//	zone.Tick(n)
//
// A [Stream] belongs to one goroutine at a time. The methods of the same
// names on [Recorder] need no handle: they find the stream of the goroutine
// that calls, for a few nanoseconds more.
//
// What is promised: an event whose method has returned is in the trace, even
// if the process dies by SIGKILL at the next instruction. A server is never
// stalled or aborted: when nobody takes the events away fast enough they are
// dropped, counted, and the count is in the trace where they are missing.
package record
