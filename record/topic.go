package record

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
)

// A Topic is a way out of the process that carries JSON: a Redis channel, a
// Kafka topic. It puts messages into envelopes that carry their cause and a
// number, so that the receive of each is known to follow its send. A Topic of
// a nil recorder passes causes on and records nothing.
type Topic struct {
	rec  *Recorder
	name Name
	n    atomic.Uint64
}

// An Envelope is what a topic's message looks like on its way.
type Envelope struct {
	Cause Cause           `json:"traceparent,omitzero"`
	N     uint64          `json:"n,string,omitempty"` // the message; 0 if its sender was not recorded
	Body  json.RawMessage `json:"body"`
}

// NewTopic returns the topic of that name. In the trace it is a channel whose
// name begins with "//": one that processes share, so that a receive in one
// process follows the send in another. Messages are numbered from a random
// number on, so that those of other processes have others.
func NewTopic(rec *Recorder, name string) *Topic {
	t := &Topic{rec: rec}
	if rec != nil {
		t.name = rec.Name("//" + strings.TrimPrefix(name, "//"))
		t.n.Store(rand.Uint64() >> 1)
	}
	return t
}

// Seal returns the envelope of body, any value that encoding/json can write,
// and records that it is sent. Send it right away, and once.
func (t *Topic) Seal(c Cause, body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("sealing a message: %w", err)
	}
	e := Envelope{Cause: c, Body: raw}
	if t.rec != nil {
		e.N = t.n.Add(1)
	}
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("sealing a message: %w", err)
	}
	if t.rec != nil {
		t.rec.Send(t.name, e.N)
	}
	return b, nil
}

// Open reads an envelope into body, a pointer, and records that it was
// received and caused what the caller records next. A cause that is malformed
// is none: it must not cost the message.
func (t *Topic) Open(envelope []byte, body any) (Cause, error) {
	var e struct {
		Cause string          `json:"traceparent"`
		N     uint64          `json:"n,string"`
		Body  json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(envelope, &e); err != nil {
		return Cause{}, fmt.Errorf("opening an envelope: %w", err)
	}
	if e.Body == nil {
		return Cause{}, fmt.Errorf("opening an envelope: it has no body: was it sealed by a topic?")
	}
	if err := json.Unmarshal(e.Body, body); err != nil {
		return Cause{}, fmt.Errorf("opening an envelope: reading its body: %w", err)
	}
	c, err := ParseTraceparent(e.Cause)
	if err != nil {
		c = Cause{}
	}
	if t.rec != nil {
		if e.N != 0 {
			t.rec.Recv(t.name, e.N)
		}
		t.rec.Caused(c)
	}
	return c, nil
}
