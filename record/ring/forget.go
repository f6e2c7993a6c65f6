package ring

import "github.com/aoi-trace/aoi-trace/event"

// Forget drops the strings of the reader's tables, apart from the names that
// the ring has defined: texts come only once. It is for readers whose tables
// nobody else uses; numbers of strings from before are of no use afterwards.
func (r *Reader) Forget() {
	old := r.t.Strings
	r.t.Strings = event.Table{}
	r.t.Str("")
	for i, s := range r.names {
		if s != noName {
			r.names[i] = r.t.Str(old.Name(uint32(s)))
		}
	}
}
