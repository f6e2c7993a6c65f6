package trace

import "github.com/aoi-trace/aoi-trace/event"

// Forget writes the events appended so far and drops the strings of the
// tables, so that a writer that runs for days does not remember every text
// that it ever saw. Numbers of strings that the caller holds are of no use
// afterwards; those of streams stay.
func (w *Writer) Forget() error {
	err := w.Flush()
	w.t.Strings = event.Table{}
	w.t.Str("")
	w.check = event.NewChecker(w.t)
	return err
}
