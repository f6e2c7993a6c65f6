package httphook

import (
	"net/http"

	"github.com/aoi-trace/aoi-trace/record"
)

// Options says what [Wrap] does.
type Options struct {
	// Recorder records. If it is nil, Wrap returns the handler as it is.
	Recorder *record.Recorder
	// Profile says who may have a CPU profile made with ?profile=5. If it is
	// nil, nobody may. Think of it as of a password: a profile shows what the
	// program does, and costs it a few percent while it is made.
	Profile func(*http.Request) bool
	// Log is told what became of a profile; nil stands for log.Print.
	Log func(msg string)
}

// Wrap returns a handler that records the request which causes what next
// records on its goroutine: a step of the request that the header traceparent
// names, or a new one. The request's context carries it; record.CauseOf takes
// it out, for messages to other goroutines. A malformed header counts as none.
func Wrap(next http.Handler, o Options) http.Handler {
	if o.Recorder == nil {
		return next
	}
	return &handler{next: next, Options: o}
}

type handler struct {
	Options
	next http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.Profile != nil && !h.profile(w, r) {
		return
	}
	c := cause(r)
	s := h.Recorder.Here()
	s.Caused(c)
	defer s.Caused(record.Cause{}) // the connection's next request is another
	h.next.ServeHTTP(w, r.WithContext(record.WithCause(r.Context(), c)))
}

// cause returns this server's step of the request.
func cause(r *http.Request) record.Cause {
	if values := r.Header[header]; len(values) == 1 {
		if c, err := record.ParseTraceparent(values[0]); err == nil {
			return c.Child()
		}
	}
	return record.NewCause()
}

const header = "Traceparent"

// A Transport sends requests with the header traceparent, if their contexts
// carry a cause. The zero Transport sends through http.DefaultTransport.
type Transport struct{ Base http.RoundTripper }

// RoundTrip sends r.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if c := record.CauseOf(r.Context()); !c.IsZero() {
		r = r.Clone(r.Context())
		r.Header.Set(header, c.Traceparent())
	}
	if t.Base == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return t.Base.RoundTrip(r)
}
