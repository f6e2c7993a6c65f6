package merge

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order/align"
)

// A mail is all messages on what the files share.
type mail struct {
	names    event.Table
	sent     map[message]end
	received []receipt
}

// A message is one number of a channel, or one version of an object.
type message struct {
	name   uint32
	object bool
	n      uint64
}

// An end is where and when, on that file's clock, a message was sent.
type end struct {
	file int // twice, if it was sent twice: nobody knows which one came
	time time.Duration
}

const twice = -1

type receipt struct {
	message
	end
}

func newMail() *mail { return &mail{sent: map[message]end{}} }

var (
	sendN     = event.Send.Bit("n")
	sendPhase = event.Send.Bit("phase")
	recvN     = event.Recv.Bit("n")
	recvEnd   = event.Recv.Bit("closed")
	publishV  = event.Publish.Bit("v")
	observeV  = event.Observe.Bit("v")
)

// note takes event i of b, of a kind that sends or receives by a shared name.
func (m *mail) note(file int, name string, b *event.Block, i int) {
	at := end{file, b.Time[i]}
	msg := message{m.names.Add(name), false, b.Int[0][i]}
	set := b.Set[i]
	switch b.Kind[i] {
	case event.Send:
		if set&sendN != 0 && (set&sendPhase == 0 || b.Phase[i] == 0) {
			m.send(msg, at)
		}
	case event.Publish:
		msg.object = true
		if set&publishV != 0 {
			m.send(msg, at)
		}
	case event.Recv:
		if set&recvN != 0 && (set&recvEnd == 0 || b.Mode[i] == 0) {
			m.received = append(m.received, receipt{msg, at})
		}
	case event.Observe:
		msg.object = true
		if set&observeV != 0 {
			m.received = append(m.received, receipt{msg, at})
		}
	}
}

func (m *mail) send(msg message, at end) {
	if _, again := m.sent[msg]; again {
		at.file = twice
	}
	m.sent[msg] = at
}

// pairs returns, for each file as the reference and each as the clock, the
// messages between the two.
func (m *mail) pairs(files int) [][]align.Pair {
	pairs := make([][]align.Pair, files)
	for i := range pairs {
		pairs[i] = make([]align.Pair, files)
	}
	for _, r := range m.received {
		s, ok := m.sent[r.message]
		if !ok || s.file == twice || s.file == r.file {
			continue
		}
		pairs[s.file][r.file].To(s.time, r.time)
		pairs[r.file][s.file].From(s.time, r.time)
	}
	return pairs
}
