package record

import "errors"

// To records into the file path, which it creates, without "aoi-trace
// record". Close completes the file.
func To(path string, opts ...Option) (*Recorder, error) {
	return nil, errors.New("recording to " + path + ": not available yet")
}
