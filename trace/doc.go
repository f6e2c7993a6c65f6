// Package trace reads and writes trace files, .aoi, whose format
// docs/format.md specifies.
//
// [NewWriter] and Append write one; [NewReader] reads one from its beginning
// and is an event.Source; [ReadStats] says what one holds without reading all
// of it. A file that was cut or damaged gives all its whole blocks first and
// then a [*FormatError].
//
// The package knows nothing of what the events mean: see package world.
package trace
