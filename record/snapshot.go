package record

import "github.com/aoi-trace/aoi-trace/record/ring"

// Snapshot asks for a file of what "aoi-trace record --flight" keeps in
// memory, up to this call at least, and says why: that the server found
// something odd. It does not wait for the file. It is a note in the trace,
// and nothing more where everything is kept anyway.
func (r *Recorder) Snapshot(why string) {
	if r != nil {
		(*own)(r).Snapshot(why)
	}
}

func (o *own) Snapshot(why string) { o.stream().Note(ring.SnapshotNote + why) }
