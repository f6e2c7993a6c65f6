// Package bench measures aoi-trace beside the ways to record an event that a
// Go program had before, in one run. It is a module of its own, so that no
// peer reaches the go.mod of a program that records.
//
//	go test -run ^$ -bench Emit .      one event: ours, runtime/trace, slog, zerolog, encoding/json
//	go test -run ^$ -bench Tick .      the share of a real AOI tick that recording takes
//	go test -run ^$ -bench Bytes .     bytes an event, in the ring and on disk
//	go run ./cmd/table                 all of Emit as one table: medians, ratio to ours
//
// Where events go: those of aoi-trace into rings in shared memory, which a
// goroutine of the same process drains and decodes once a millisecond, as
// the collector does; what it could not keep up with is reported as
// lost/event. The peers write into a writer that counts bytes and keeps
// nothing, which spares them the file that ours has been spared by the ring.
package bench
