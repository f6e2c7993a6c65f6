// Package ring is the memory between a recorded process and the collector: a
// file per ring on tmpfs, one writer, one reader, no lock between them.
//
// The writing side is a [Pool] for the process and a [Writer] for each
// stream; package record wraps both for servers. The reading side is [List],
// [OpenReader] and [Reader.Drain], for package collect.
//
// A ring holds records of a few bytes in laps: a record that begins in a lap
// may end in the slack behind it, so that none is ever split. The producer
// stores a record with plain stores and then moves the cursor with one atomic
// store. A process dies between two instructions, never inside one, and its
// stores stay in the page cache: whatever was emitted before it died is there
// for the reader. The cursor serves the reader that runs at the same time.
//
// When the reader does not keep up, events are dropped, never waited for, and
// counted by stream and kind in the ring's header, moves first. The count is
// told as a gap record before the next event of the stream, or by
// [Reader.Finish] when there is none.
package ring
