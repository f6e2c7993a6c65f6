package record

import "github.com/aoi-trace/aoi-trace/event"

// An own is a recorder that is not nil, seen by the goroutine that calls: its
// methods are those of that goroutine's stream. They stand apart so that the
// methods of Recorder are small enough to be compiled into their callers.
type own Recorder

func (o *own) stream() *Stream { return (*Recorder)(o).mine() }

func (o *own) Spawn(e uint64, x, y, z float64) { o.stream().Spawn(e, x, y, z) }

func (o *own) Move(e uint64, x, y, z float64) { o.stream().Move(e, x, y, z) }

func (o *own) Teleport(e uint64, x, y, z float64) { o.stream().Teleport(e, x, y, z) }

func (o *own) Despawn(e uint64) { o.stream().Despawn(e) }

func (o *own) Radius(e uint64, enter, leave float64) { o.stream().Radius(e, enter, leave) }

func (o *own) Enter(w, t uint64) { o.stream().Enter(w, t) }

func (o *own) Leave(w, t uint64) { o.stream().Leave(w, t) }

func (o *own) EnterFor(w, t uint64, cause Name) { o.stream().EnterFor(w, t, cause) }

func (o *own) LeaveFor(w, t uint64, cause Name) { o.stream().LeaveFor(w, t, cause) }

func (o *own) Update(w, t, v uint64) { o.stream().Update(w, t, v) }

func (o *own) View(w, v uint64, set []uint64) { o.stream().View(w, v, set) }

func (o *own) Filter(w, t uint64, hidden bool, rule Name) { o.stream().Filter(w, t, hidden, rule) }

func (o *own) Fov(w, v uint64, min, max Vec) { o.stream().Fov(w, v, min, max) }

func (o *own) Read(w, v1, v2 uint64, used bool) { o.stream().Read(w, v1, v2, used) }

func (o *own) Zone(e uint64, from, to Name) { o.stream().Zone(e, from, to) }

func (o *own) Tick(n uint64) { o.stream().Tick(n) }

func (o *own) Begin(op Name, e uint64) { o.stream().Begin(op, e) }

func (o *own) End() { o.stream().End() }

func (o *own) Acquire(lock Name, mode Mode, n uint64) { o.stream().Acquire(lock, mode, n) }

func (o *own) Release(lock Name, mode Mode, n uint64) { o.stream().Release(lock, mode, n) }

func (o *own) Send(ch Name, n uint64) { o.stream().Send(ch, n) }

func (o *own) Recv(ch Name, n uint64) { o.stream().Recv(ch, n) }

func (o *own) CloseChan(ch Name) { o.stream().CloseChan(ch) }

func (o *own) Fork(g string) { o.stream().Fork(g) }

func (o *own) Join(g string) { o.stream().Join(g) }

func (o *own) Publish(obj Name, v uint64) { o.stream().Publish(obj, v) }

func (o *own) Observe(obj Name, v uint64) { o.stream().Observe(obj, v) }

func (o *own) Access(obj Name, mode Mode) { o.stream().Access(obj, mode) }

func (o *own) Span(trace [16]byte, span [8]byte) { o.stream().Span(trace, span) }

func (o *own) Queue(name Name, n, capacity uint64) { o.stream().Queue(name, n, capacity) }

func (o *own) Gauge(name Name, v float64) { o.stream().Gauge(name, v) }

func (o *own) Watch(e uint64, id Name) { o.stream().Watch(e, id) }

func (o *own) Unwatch(e uint64, id Name) { o.stream().Unwatch(e, id) }

func (o *own) Label(e uint64, label, tags string) { o.stream().Label(e, label, tags) }

func (o *own) Note(text string) { o.stream().Note(text) }

func (o *own) Attr(e uint64, key Name, value string) { o.stream().Attr(e, key, value) }

func (o *own) AttrNum(e uint64, key Name, v float64) { o.stream().AttrNum(e, key, v) }

func (o *own) Emit(ev *event.Event, t *event.Tables) { o.stream().Emit(ev, t) }

func (o *own) Moves(es []uint64, pos []Vec) { o.stream().Moves(es, pos) }

func (o *own) Enters(w uint64, ts []uint64) { o.stream().Enters(w, ts) }

func (o *own) Leaves(w uint64, ts []uint64) { o.stream().Leaves(w, ts) }

func (o *own) Batch() Batch { return o.stream().Batch() }

func (o *own) In(space uint64) *Stream { return o.stream().In(space) }

func (o *own) Space(id uint64, c Contract) { o.stream().Space(id, c) }
