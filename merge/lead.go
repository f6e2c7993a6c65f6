package merge

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
)

// stream is the stream of the merged trace's own trace event.
const stream = "merge"

// lead returns the trace event that begins the merged trace. It promises what
// the files all promise.
func (m *merging) lead() (event.Event, error) {
	line := "0 " + stream + " trace version=1"
	for _, key := range event.Kinds[event.Trace].Keys {
		v := ""
		switch key.Name {
		case "start":
			v = m.all("start")
			if v != "empty" {
				v = "unknown"
			}
		case "sample":
			v = m.least("sample")
		case "recovered":
			if m.any("recovered", "true") {
				v = "true"
			}
		case "wall":
			if t, ok := m.files[0].began(); ok && t >= m.shift {
				v = event.FormatTime(t - m.shift)
			}
		case "clock":
			if v = m.all("clock"); v != "" {
				v = strconv.Quote(v)
			}
		case "sync", "side":
			v = m.all(key.Name)
		}
		if v != "" {
			line += " " + key.Name + "=" + v
		}
	}
	e, err := event.Parse(m.out.Tables(), line)
	if err != nil {
		return e, fmt.Errorf("writing what the files promise, %q: %w", strings.TrimPrefix(line, "0 "), err)
	}
	return e, nil
}

func (f *file) detail(key string) string {
	for _, d := range f.details {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// all returns the value that the key has in every file, or "".
func (m *merging) all(key string) string {
	v := m.files[0].detail(key)
	for _, f := range m.files[1:] {
		if f.detail(key) != v {
			return ""
		}
	}
	return v
}

func (m *merging) any(key, value string) bool {
	for _, f := range m.files {
		if f.detail(key) == value {
			return true
		}
	}
	return false
}

// least returns the smallest number that the key has in a file, or "".
func (m *merging) least(key string) (least string) {
	smallest := 0.0
	for _, f := range m.files {
		if v, err := strconv.ParseFloat(f.detail(key), 64); err == nil && (least == "" || v < smallest) {
			least, smallest = f.detail(key), v
		}
	}
	return least
}
