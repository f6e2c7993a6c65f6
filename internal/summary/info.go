package summary

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// Info is what a trace file says of itself together with what is in it.
type Info struct {
	File  string
	Trace *Summary
	Stats trace.Stats
}

// BytesPerEvent returns the size of the file by its events.
func (i *Info) BytesPerEvent() float64 {
	if i.Trace.Events == 0 {
		return 0
	}
	return float64(i.Stats.Bytes) / float64(i.Trace.Events)
}

// WriteJSON writes the info as one indented JSON object: times in seconds,
// 64-bit identifiers as strings.
func (i *Info) WriteJSON(w io.Writer) error {
	type stream struct {
		Name   string  `json:"name"`
		Events uint64  `json:"events"`
		Lost   uint64  `json:"lost"`
		Start  seconds `json:"start"`
		End    seconds `json:"end"`
	}
	type space struct {
		ID       uint64 `json:"id,string"`
		Contract string `json:"contract"`
		Worlds   int    `json:"worlds"`
		Entities int    `json:"entities"`
		Ticks    uint64 `json:"ticks"`
	}
	type gap struct {
		Stream string   `json:"stream"`
		Lost   uint64   `json:"lost"`
		From   *seconds `json:"from,omitempty"`
		To     *seconds `json:"to,omitempty"`
	}
	type attachment struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Size int64  `json:"size"`
	}
	out := struct {
		Schema      int               `json:"schema"`
		File        string            `json:"file"`
		Version     int               `json:"version"`
		Bytes       int64             `json:"bytes"`
		Complete    bool              `json:"complete"`
		Damage      string            `json:"damage,omitempty"`
		Damaged     uint64            `json:"damaged"`
		Facts       map[string]string `json:"facts"`
		Trace       string            `json:"trace"`
		Events      uint64            `json:"events"`
		Start       seconds           `json:"start"`
		End         seconds           `json:"end"`
		Kinds       map[string]uint64 `json:"kinds"`
		Entities    int               `json:"entities"`
		Streams     []stream          `json:"streams"`
		Spaces      []space           `json:"spaces"`
		Lost        uint64            `json:"lost"`
		NumGaps     int               `json:"num_gaps"`
		Gaps        []gap             `json:"gaps"`
		Attachments []attachment      `json:"attachments"`
	}{
		Schema: 1, File: i.File, Version: i.Stats.Version, Bytes: i.Stats.Bytes,
		Complete: i.Stats.Complete, Damaged: i.Stats.Damaged,
		Facts: map[string]string{}, Trace: i.Trace.Contract, Events: i.Trace.Events,
		Start: seconds(i.Trace.First), End: seconds(i.Trace.Last),
		Kinds: map[string]uint64{}, Entities: i.Trace.Entities,
		Streams: []stream{}, Spaces: []space{}, Gaps: []gap{}, Attachments: []attachment{},
		Lost: i.Trace.Lost, NumGaps: i.Trace.NumGaps,
	}
	if i.Stats.Damage != nil {
		out.Damage = i.Stats.Damage.Error()
	}
	for _, f := range i.Stats.Facts {
		out.Facts[f.Key] = f.Value
	}
	for k, n := range i.Trace.Kinds {
		if n > 0 {
			out.Kinds[event.Kind(k).String()] = n
		}
	}
	for _, s := range i.Trace.Streams {
		out.Streams = append(out.Streams, stream{s.Name, s.Events, s.Lost, seconds(s.First), seconds(s.Last)})
	}
	for _, s := range i.Trace.Spaces {
		out.Spaces = append(out.Spaces, space(s))
	}
	for _, g := range i.Trace.Gaps {
		j := gap{Stream: g.Stream, Lost: g.Lost}
		if g.Timed {
			from, to := seconds(g.From), seconds(g.To)
			j.From, j.To = &from, &to
		}
		out.Gaps = append(out.Gaps, j)
	}
	for _, a := range i.Stats.Attachments {
		out.Attachments = append(out.Attachments, attachment{a.Name, a.Type, a.Size})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// seconds is a time that JSON has as seconds, exactly.
type seconds time.Duration

// MarshalJSON writes seconds with nine decimals, fewer if they are zeros.
func (s seconds) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt(nil, int64(s)/1e9, 10)
	frac := int64(s) % 1e9
	if frac == 0 {
		return b, nil
	}
	digits := strconv.FormatInt(1e9+frac, 10)[1:]
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return append(append(b, '.'), digits...), nil
}
