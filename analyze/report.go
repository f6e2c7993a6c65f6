package analyze

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Schema is the version of the report's JSON form.
const Schema = 1

// A Verdict says how sure a finding is.
type Verdict uint8

const (
	Likely  Verdict = iota // a clock, a heuristic or an undeclared contract stands behind it
	Certain                // it holds in every completion of the recorded order and of what was lost
)

func (v Verdict) String() string {
	if v == Certain {
		return "certain"
	}
	return "likely"
}

// MarshalText writes the verdict as certain or likely.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Verdict) UnmarshalText(b []byte) error {
	switch string(b) {
	case "certain":
		*v = Certain
	case "likely":
		*v = Likely
	default:
		return fmt.Errorf("verdict %q is neither certain nor likely", b)
	}
	return nil
}

// Seconds is a time since the start of the trace; JSON has it in seconds.
type Seconds time.Duration

// MarshalJSON writes seconds with up to nine decimals.
func (s Seconds) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	*s = Seconds(f * 1e9)
	return err
}

// String returns seconds with up to nine decimals.
func (s Seconds) String() string {
	t := strconv.FormatInt(int64(s)/1e9, 10)
	frac := int64(s) % 1e9
	if frac == 0 {
		return t
	}
	return t + "." + strings.TrimRight(fmt.Sprintf("%09d", frac), "0")
}

// Evidence is one event that proves a finding.
type Evidence struct {
	Stream string  `json:"stream"`
	Seq    uint64  `json:"seq"`
	Time   Seconds `json:"time"`
	Text   string  `json:"text"`          // the event's line of the text twin, from its kind on
	Why    string  `json:"why,omitempty"` // what it shows
}

// A Consequence is a lower finding on the same pair in the same interval.
type Consequence struct {
	Detector string `json:"detector"`
	Message  string `json:"message"`
	Count    int    `json:"count"`
}

// A Finding is one defect and the events that prove it. Repeats of the
// defect are counted; the message and the evidence are those of the first.
type Finding struct {
	Detector     string        `json:"detector"`
	Verdict      Verdict       `json:"verdict"`
	Message      string        `json:"message"`
	Space        uint64        `json:"space,string"`
	Entities     []string      `json:"entities"` // of the first; 64-bit identifiers as strings
	Start        Seconds       `json:"start"`    // of the first
	End          Seconds       `json:"end"`      // of the last
	Evidence     []Evidence    `json:"evidence"`
	Consequences []Consequence `json:"consequences,omitempty"`
	Count        int           `json:"count"`          // how often it happened
	Pairs        int           `json:"pairs"`          // on how many pairs, or entities
	Also         []string      `json:"also,omitempty"` // some of the other pairs, "3→4 ×2"
	Fingerprint  string        `json:"fingerprint"`
}

// Unknown says why a detector could not decide.
type Unknown struct {
	Detector string `json:"detector"`
	Reason   string `json:"reason"`
}

// Trace is what the report says of the trace itself.
type Trace struct {
	Events   uint64  `json:"events"`
	Streams  int     `json:"streams"`
	Entities int     `json:"entities"`
	Spaces   int     `json:"spaces"`
	Ticks    uint64  `json:"ticks"`
	Start    Seconds `json:"start"`
	End      Seconds `json:"end"`
	Empty    bool    `json:"start_empty"` // the worlds were empty when recording began
}

// Loss is what the trace says was lost.
type Loss struct {
	Events uint64            `json:"events"`          // exactly this many
	Gaps   int               `json:"gaps"`            // in this many places
	Kinds  map[string]uint64 `json:"kinds,omitempty"` // of which kinds, where that is known
	Damage string            `json:"damage,omitempty"`
}

// A Metric is one measured figure.
type Metric struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"` // nil where it is not defined
	Unit  string   `json:"unit,omitempty"`
	Doc   string   `json:"doc"`
	Mark  string   `json:"mark,omitempty"` // why a reader should look at it
}

// Metrics are measured figures by name, in a fixed order.
type Metrics []Metric

// Value returns the metric called name.
func (m Metrics) Value(name string) (float64, bool) {
	for _, x := range m {
		if x.Name == name && x.Value != nil {
			return *x.Value, true
		}
	}
	return 0, false
}

// MarshalJSON writes one object, name to value, and null where a metric is
// not defined.
func (m Metrics) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, x := range m {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(x.Name)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(x.Value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), v...)
	}
	return append(b, '}'), nil
}

// A Report is what a run found.
type Report struct {
	Schema    int       `json:"schema"`
	Trace     Trace     `json:"trace"`
	Findings  []Finding `json:"findings"` // by start, then detector
	Unknown   []Unknown `json:"unknown"`  // in the order of the detectors
	Clean     []string  `json:"clean"`    // detectors that decided: nothing there
	Metrics   Metrics   `json:"metrics"`
	Loss      Loss      `json:"loss"`
	Detectors []string  `json:"-"` // that ran
}

// Certain returns how many findings are certain.
func (r *Report) Certain() int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Verdict == Certain {
			n++
		}
	}
	return n
}

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}
