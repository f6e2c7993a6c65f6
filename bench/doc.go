// Package bench measures aoi-trace beside the ways to record an event that a
// Go program had before, in one run. It is a module of its own, so that no
// peer reaches the go.mod of a program that records.
//
//	go test -run ^$ -bench Emit .      one event: ours, runtime/trace, slog, zerolog, encoding/json
//	go test -run ^$ -bench Tick .      the share of a real AOI tick that recording takes
//	go test -run ^$ -bench Bytes .     bytes an event, in the ring and on disk
//	go run ./cmd/table                 all of Emit as one table: medians, ratio to ours
//
// Where events go: those of aoi-trace into a ring in shared memory, which a
// goroutine of the same process drains and decodes once a millisecond, as
// the collector does. Emit records in bursts of 8,192 and lets that goroutine
// catch up in between, so that its figures are the producer's and nothing is
// lost; lost/event says so. The peers write into a writer that counts bytes
// and keeps nothing: they are spared the file, as we are by the ring.
package bench
