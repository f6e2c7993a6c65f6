// Package httphook joins the HTTP side of a server to its trace. [Wrap] names
// the request behind everything that a handler records, and lets those whom
// the server trusts have a CPU profile put into the trace with ?profile=5.
// [Transport] passes the request's name on to the servers that are asked in
// turn.
//
// It stands apart from package record, so that a server that speaks no HTTP
// does not get net/http with it.
package httphook
