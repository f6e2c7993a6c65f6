// Package world replays the events of a trace into its state: which entities
// there are, where they are, who sees whom; and holds the recorded views
// against the contract that each space declares.
//
// Call [World.Apply] for each event of the trace in turn, then [World.Finish].
// Each call returns a [Step], which says what the event found and what it
// changed, and may emit [Judgement] values: the verdicts of an evaluation.
// Detectors turn both into findings.
//
// The state is only as sure as the trace. Nothing is known before a trace
// that began in mid-run says it, a gap makes unknown what it may have
// touched, and what streams did without an edge between them has no order:
// see [Relation]. World keeps no event that its state does not rest on, so
// its size follows the world and not the length of the trace.
package world
