// Package collect is the other side of recording: it takes the events of a
// program out of its rings, makes one order of them and writes the trace
// file.
//
// [Run] starts a program and follows it, and every process that it starts,
// to the end. [Join] does the same for programs that somebody else starts,
// [Recover] makes a file of what a dead collector left, and [Attach] collects
// inside the process that is recorded. All four drive a [Collector].
//
// A collector looks into the rings about every millisecond. Nobody wakes it,
// because waking costs the recorded program a thousand times what an event
// costs, and it does not spin, because that slows the program down too.
//
// It does not judge what it writes, and it never holds up the program: when
// the file cannot be written any more, it goes on emptying the rings and
// tells at the end how much is missing.
package collect
