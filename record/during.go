package record

import "sync"

// During has start run when recording begins, and what start returns, unless
// it is nil, when the recorder is closed. What else is to be seen beside the
// events begins so: see [Recorder.Attachment] and package record/profile.
func During(start func(*Recorder) (stop func())) Option {
	return func(o *options) { o.during = append(o.during, start) }
}

// begin starts what runs while events are recorded.
func (r *Recorder) begin() {
	r.ends.add(r.traceExecution())
	for _, start := range r.opts.during {
		r.ends.add(start(r))
	}
}

// ends are what is left to do before a recorder is closed, first things last.
type ends struct {
	mu   sync.Mutex
	todo []func()
}

func (e *ends) add(stop func()) {
	if stop == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.todo = append(e.todo, stop)
}

// run does all of it, once.
func (e *ends) run() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := len(e.todo) - 1; i >= 0; i-- {
		e.todo[i]()
	}
	e.todo = nil
}
