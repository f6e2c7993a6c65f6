// Package event is the event model: what a trace says, one event at a time
// or a block of columns at a time, and its text twin.
//
// [Kinds] is the table that everything follows: the text twin, the binary
// columns, validation and the documentation. An [Event] is flat and
// comparable; names in it are indices into [Tables]. A [Block] holds the same
// events as columns, which is how traces are read fast, and a [Source] yields
// blocks. [Parse] and [AppendText] convert one line of the text twin,
// [TextReader] and [TextWriter] a whole trace.
//
// Units everywhere: time is nanoseconds since the start of the trace,
// positions and radii are the server's own units, identifiers are unsigned
// 64-bit integers.
package event
