package record

// goroutines finds the stream of a goroutine.
type goroutines struct{}

// Here returns the stream of the calling goroutine. The goroutine that called
// Open has the stream "main"; others are "g1", "g2" and so on. Of a goroutine
// that has ended, a later one may continue the stream: that is their true
// order in time.
func (r *Recorder) Here() *Stream {
	if r == nil {
		return nil
	}
	return r.main
}
