package event

// A Spec is one row of the event table.
type Spec struct {
	Kind  Kind
	Name  string // as the text twin writes it
	Group string // the heading it stands under in the documentation
	Doc   string // one line
	Keys  []Key  // in the order in which the text twin writes them
}

// A Key is one argument of a kind: what the text twin calls it, what values
// it takes, and which field of Event holds it.
type Key struct {
	Name     string
	Type     Type
	Field    Field
	Required bool     // otherwise Event.Set says whether it is there
	Enum     []string // the values of an EnumType, by number
	Doc      string
}

// A Type says how a key's value is written.
type Type uint8

const (
	UintType   Type = iota // a decimal unsigned 64-bit integer
	FloatType              // the shortest text that reads back the same
	VecType                // x,y,z
	RegionType             // minx,miny,minz,maxx,maxy,maxz; minx,miny,maxx,maxy is read too
	StringType             // quoted as in Go where it needs to be
	StreamType             // a string that names a stream
	IDsType                // identifiers, comma-separated, maybe none
	CountsType             // kind:count, comma-separated, in the order of the table
	EnumType               // one of Key.Enum
	BoolType               // true or false
	TimeType               // seconds with up to nine decimals
	Hex64Type              // sixteen hexadecimal digits
	Hex128Type             // thirty-two hexadecimal digits, in Int[0] and Int[1]
	EveryType              // move, or tick:N
	SpanType               // seconds, or tick:N
)

// A Field names a field of Event, and the column of Block of the same name.
type Field uint8

const (
	FieldSpace Field = iota
	FieldEntity
	FieldTarget
	FieldPos
	FieldMax
	FieldMode
	FieldPhase
	FieldInt0
	FieldInt1
	FieldInt2
	FieldNum0
	FieldNum1
	FieldStr0
	FieldStr1
	FieldStr2
	// FieldDetail keys are rare and many: their text stands together in
	// Str[0], in table order, exactly as the text twin writes it.
	FieldDetail
	NumFields
)

var (
	sides  = []string{"table", "client"}
	modes  = []string{"r", "w"}
	phases = []string{"begin", "end"}

	spaceKey = Key{Name: "space", Type: UintType, Field: FieldSpace, Doc: "the space, where there are several"}
	entity   = Key{Name: "e", Type: UintType, Field: FieldEntity, Required: true, Doc: "the entity"}
	subject  = Key{Name: "e", Type: UintType, Field: FieldEntity, Doc: "the entity it is about"}
	watcher  = Key{Name: "w", Type: UintType, Field: FieldEntity, Required: true, Doc: "the watcher"}
	target   = Key{Name: "t", Type: UintType, Field: FieldTarget, Required: true, Doc: "the target"}
	position = Key{Name: "pos", Type: VecType, Field: FieldPos, Required: true, Doc: "where it is now"}
	version  = Key{Name: "v", Type: UintType, Field: FieldInt0, Doc: "the version after this event"}
	cause    = Key{Name: "cause", Type: StringType, Field: FieldStr0, Doc: "why, in the server's words"}
	side     = Key{Name: "side", Type: EnumType, Field: FieldMode, Enum: sides, Doc: "the server's table, or what the client was told"}
	late     = Key{Name: "late", Type: BoolType, Field: FieldPhase, Doc: "the event it follows came later in the file"}
)

func detail(name string, t Type, doc string, enum ...string) Key {
	return Key{Name: name, Type: t, Field: FieldDetail, Enum: enum, Doc: doc}
}

// Kinds is the event table, indexed by Kind.
var Kinds = [NumKinds]Spec{
	Trace: {Trace, "trace", "the contract", "says what holds for the whole trace; the first event", []Key{
		{Name: "version", Type: UintType, Field: FieldInt0, Required: true, Doc: "of the event model: 1"},
		detail("start", EnumType, "whether the worlds were empty when recording began (default unknown)", "empty", "unknown"),
		detail("sync", EnumType, "whether all synchronisation is recorded (default some)", "all", "some"),
		detail("sample", FloatType, "the share of entities recorded, chosen by entity (default 1)"),
		detail("side", EnumType, "which side the view events tell of, where they do not say", "table", "client", "both"),
		detail("clock", StringType, "the clock that stamped the events"),
		detail("recovered", BoolType, "the file was put together from what a dead recorder left"),
		detail("wall", TimeType, "what the wall clock showed at time 0: seconds since 1970, UTC"),
	}},
	Space: {Space, "space", "the contract", "declares a space and what its AOI promises; starts a new world of it", []Key{
		{Name: "id", Type: UintType, Field: FieldSpace, Required: true, Doc: "the space"},
		detail("metric", EnumType, "how distance is measured (default circle)", Metrics...),
		detail("axes", EnumType, "the plane of a flat metric (default xy)", "xy", "xz", "yz"),
		detail("enter", FloatType, "at this distance or nearer a watcher must see a target; without it nothing is promised"),
		detail("leave", FloatType, "beyond this distance a watcher must not see a target (default: enter)"),
		detail("height", FloatType, "half the height of a cylinder"),
		detail("delay", SpanType, "how long a view may keep a target beyond leave"),
		detail("eval", EveryType, "when views agree with positions: at each move, or at the end of every Nth tick (default tick:1)"),
		detail("cell", VecType, "size of a cell, for the metrics cells and towers"),
		detail("origin", VecType, "where cell 0,0,0 begins (default 0,0,0)"),
		detail("rounding", EnumType, "how a coordinate becomes a cell (default floor)", "floor", "trunc", "round"),
		detail("bounds", RegionType, "the space, borders included; cells beyond it count as its border cells"),
		detail("filters", EnumType, "whether rules besides distance hide targets (default unknown)", "none", "recorded", "unknown"),
		detail("despawn", EnumType, "whether a despawned target must be left by each watcher, or goes by itself", "explicit", "implicit"),
		detail("grace", UintType, "ticks that an explicit leave may take after a despawn (default 0)"),
		detail("cap", UintType, "the most targets that a view holds"),
		detail("policy", EnumType, "which targets a full view keeps", "nearest", "first", "any"),
		detail("self", BoolType, "whether a watcher sees itself"),
		detail("tolerance", FloatType, "how far from a border either verdict is right (default 1e-4 of the radius)"),
		detail("watchers", EnumType, "who watches: every entity, or those that the trace shows as watchers (default seen)", "all", "seen"),
	}},
	Name: {Name, "name", "the contract", "names an entity", []Key{
		spaceKey, entity,
		{Name: "label", Type: StringType, Field: FieldStr0, Doc: "for people"},
		{Name: "tags", Type: StringType, Field: FieldStr1, Doc: "classes, comma-separated"},
		{Name: "client", Type: StringType, Field: FieldStr2, Doc: "whose eye this watcher is"},
	}},
	Note: {Note, "note", "the contract", "a remark", []Key{
		spaceKey, subject,
		{Name: "text", Type: StringType, Field: FieldStr0, Required: true, Doc: "the remark"},
	}},

	Spawn: {Spawn, "spawn", "entities", "an entity joins a space", []Key{spaceKey, entity, position, version}},
	Move: {Move, "move", "entities", "an entity's position changes", []Key{spaceKey, entity, position,
		{Name: "teleport", Type: BoolType, Field: FieldMode, Doc: "it did not travel there"}, version}},
	Despawn: {Despawn, "despawn", "entities", "an entity quits its space", []Key{spaceKey, entity, version}},
	Radius: {Radius, "radius", "entities", "an entity's own radii", []Key{spaceKey, entity,
		{Name: "enter", Type: FloatType, Field: FieldNum0, Required: true, Doc: "as in space"},
		{Name: "leave", Type: FloatType, Field: FieldNum1, Doc: "as in space (default: enter)"},
		{Name: "period", Type: UintType, Field: FieldInt0, Doc: "ticks between its evaluations"},
		{Name: "as", Type: EnumType, Field: FieldMode, Enum: []string{"watcher", "target"}, Doc: "whose radius it is (default watcher); a target's own goes before the watcher's"},
	}},
	Attr: {Attr, "attr", "entities", "a named field of an entity", []Key{spaceKey, entity,
		{Name: "key", Type: StringType, Field: FieldStr0, Required: true, Doc: "the field: hp, team, state"},
		{Name: "value", Type: StringType, Field: FieldStr1, Doc: "its value, as text"},
		{Name: "num", Type: FloatType, Field: FieldNum0, Doc: "its value, as a number"}, version}},

	Enter: {Enter, "enter", "views", "a view gains a target", []Key{spaceKey, watcher, target, version, cause, side}},
	Leave: {Leave, "leave", "views", "a view loses a target", []Key{spaceKey, watcher, target, version, cause, side}},
	Update: {Update, "update", "views", "a target's state is handed to a watcher", []Key{spaceKey, watcher, target,
		{Name: "v", Type: UintType, Field: FieldInt0, Doc: "the version of the target's state"}, side}},
	View: {View, "view", "views", "a whole view is set; without set it is emptied", []Key{spaceKey, watcher, version,
		{Name: "set", Type: IDsType, Field: FieldStr0, Doc: "all that it holds now"},
		{Name: "digest", Type: Hex64Type, Field: FieldInt1, Doc: "of what it holds now"}, side}},
	Filter: {Filter, "filter", "views", "a rule hides a target from a watcher, or shows it", []Key{spaceKey, watcher, target,
		{Name: "hidden", Type: BoolType, Field: FieldMode, Required: true, Doc: "whether it is hidden now"},
		{Name: "rule", Type: StringType, Field: FieldStr0, Doc: "which rule: stealth, team"}}},
	Fov: {Fov, "fov", "views", "a watcher's region is published", []Key{spaceKey, watcher,
		{Name: "v", Type: UintType, Field: FieldInt0, Required: true, Doc: "its version"},
		{Name: "region", Type: RegionType, Field: FieldPos, Doc: "what it watches"},
		{Name: "phase", Type: EnumType, Field: FieldPhase, Enum: phases, Doc: "begin or end of the write"}}},
	Read: {Read, "read", "views", "a reader read a published value", []Key{spaceKey, watcher,
		{Name: "v1", Type: UintType, Field: FieldInt0, Required: true, Doc: "the version before"},
		{Name: "v2", Type: UintType, Field: FieldInt1, Required: true, Doc: "the version after"},
		{Name: "parts", Type: StringType, Field: FieldStr0, Doc: "what was read, as object@version, comma-separated"},
		{Name: "used", Type: BoolType, Field: FieldMode, Doc: "used, or thrown away and read again"}}},

	Zone: {Zone, "zone", "zones", "an entity changes zones; its zones form a set", []Key{spaceKey, entity,
		{Name: "from", Type: StringType, Field: FieldStr0, Doc: "the zone it is no longer in"},
		{Name: "to", Type: StringType, Field: FieldStr1, Doc: "the zone it is in now"}, version}},

	Tick: {Tick, "tick", "order", "ends tick n of its space", []Key{spaceKey,
		{Name: "n", Type: UintType, Field: FieldInt0, Required: true, Doc: "the tick"}}},
	Begin: {Begin, "begin", "order", "an operation begins on this stream", []Key{
		{Name: "op", Type: StringType, Field: FieldStr0, Required: true, Doc: "what it does"}, spaceKey, subject}},
	End: {End, "end", "order", "the innermost operation of this stream ends", nil},
	Acquire: {Acquire, "acquire", "order", "a lock is held from here", []Key{
		{Name: "lock", Type: StringType, Field: FieldStr0, Required: true, Doc: "the lock"},
		{Name: "mode", Type: EnumType, Field: FieldMode, Required: true, Enum: modes, Doc: "shared or exclusive"},
		{Name: "n", Type: UintType, Field: FieldInt0, Doc: "the section: of a writer its own, of a reader the writer's before it"}, late}},
	Release: {Release, "release", "order", "a lock is free from here", []Key{
		{Name: "lock", Type: StringType, Field: FieldStr0, Required: true, Doc: "the lock"},
		{Name: "mode", Type: EnumType, Field: FieldMode, Required: true, Enum: modes, Doc: "shared or exclusive"},
		{Name: "n", Type: UintType, Field: FieldInt0, Doc: "the section that ends"}}},
	Send: {Send, "send", "order", "a message is sent", []Key{
		{Name: "ch", Type: StringType, Field: FieldStr0, Required: true, Doc: "the channel"},
		{Name: "n", Type: UintType, Field: FieldInt0, Doc: "the message"},
		{Name: "cap", Type: UintType, Field: FieldInt1, Doc: "the channel's capacity"},
		{Name: "phase", Type: EnumType, Field: FieldPhase, Enum: phases, Doc: "of a blocking send"}}},
	Recv: {Recv, "recv", "order", "a message is received", []Key{
		{Name: "ch", Type: StringType, Field: FieldStr0, Required: true, Doc: "the channel"},
		{Name: "n", Type: UintType, Field: FieldInt0, Doc: "the message"},
		{Name: "cap", Type: UintType, Field: FieldInt1, Doc: "the channel's capacity"},
		{Name: "closed", Type: BoolType, Field: FieldMode, Doc: "nothing came: the channel is closed"}, late}},
	Close: {Close, "close", "order", "a channel is closed", []Key{
		{Name: "ch", Type: StringType, Field: FieldStr0, Required: true, Doc: "the channel"}}},
	Fork: {Fork, "fork", "order", "another stream begins after this", []Key{
		{Name: "g", Type: StreamType, Field: FieldStr0, Required: true, Doc: "the stream that begins"}}},
	Join: {Join, "join", "order", "another stream ended before this", []Key{
		{Name: "g", Type: StreamType, Field: FieldStr0, Required: true, Doc: "the stream that ended"}, late}},
	Publish: {Publish, "publish", "order", "a version of an object is published", []Key{
		{Name: "obj", Type: StringType, Field: FieldStr0, Required: true, Doc: "the object"},
		{Name: "v", Type: UintType, Field: FieldInt0, Doc: "its version"}}},
	Observe: {Observe, "observe", "order", "a published version of an object is seen", []Key{
		{Name: "obj", Type: StringType, Field: FieldStr0, Required: true, Doc: "the object"},
		{Name: "v", Type: UintType, Field: FieldInt0, Doc: "the version seen"}, late}},
	Access: {Access, "access", "order", "a shared object is read or written", []Key{
		{Name: "obj", Type: StringType, Field: FieldStr0, Required: true, Doc: "the object"},
		{Name: "mode", Type: EnumType, Field: FieldMode, Required: true, Enum: modes, Doc: "read or written"},
		{Name: "phase", Type: EnumType, Field: FieldPhase, Enum: phases, Doc: "of an access that takes time"},
		{Name: "site", Type: StringType, Field: FieldStr1, Doc: "where in the code"}}},
	Span: {Span, "span", "order", "the request that caused what follows on this stream", []Key{
		{Name: "trace", Type: Hex128Type, Field: FieldInt0, Required: true, Doc: "W3C trace-id; all zero: no request from here on"},
		{Name: "span", Type: Hex64Type, Field: FieldInt2, Required: true, Doc: "W3C parent-id"}}},

	Queue: {Queue, "queue", "health", "a queue's length", []Key{
		{Name: "name", Type: StringType, Field: FieldStr0, Required: true, Doc: "the queue"},
		{Name: "len", Type: UintType, Field: FieldInt0, Required: true, Doc: "what waits in it"},
		{Name: "cap", Type: UintType, Field: FieldInt1, Doc: "what it can hold"}}},
	Gauge: {Gauge, "gauge", "health", "a named measurement", []Key{
		{Name: "name", Type: StringType, Field: FieldStr0, Required: true, Doc: "what is measured"},
		{Name: "value", Type: FloatType, Field: FieldNum0, Required: true, Doc: "the measurement"}}},
	Watch: {Watch, "watch", "health", "a listener is opened for an entity", []Key{spaceKey, entity,
		{Name: "id", Type: StringType, Field: FieldStr0, Required: true, Doc: "the listener"}}},
	Unwatch: {Unwatch, "unwatch", "health", "a listener is closed", []Key{spaceKey, subject,
		{Name: "id", Type: StringType, Field: FieldStr0, Required: true, Doc: "the listener"}}},
	Gap: {Gap, "gap", "health", "events of this stream known to be lost just before", []Key{
		{Name: "lost", Type: UintType, Field: FieldInt0, Required: true, Doc: "how many"},
		{Name: "from", Type: TimeType, Field: FieldInt1, Doc: "none of them is older"},
		{Name: "to", Type: TimeType, Field: FieldInt2, Doc: "none of them is younger"},
		{Name: "kinds", Type: CountsType, Field: FieldStr0, Doc: "how many of which kinds, where that is known"},
		{Name: "ids", Type: IDsType, Field: FieldStr1, Doc: "the only entities they can be about, where that is known"},
		{Name: "why", Type: EnumType, Field: FieldMode, Enum: []string{"overflow", "crash", "damage", "off"}, Doc: "what lost them"}}},
}

// Bit returns the bit of Event.Set that says that the optional key called
// name is there. It panics if the kind has no such key: that is a mistake in
// the calling program.
func (k Kind) Bit(name string) Set {
	keys := Kinds[k].Keys
	for i := range keys {
		if keys[i].Name == name {
			return 1 << i
		}
	}
	panic("event: " + k.String() + " has no key " + name)
}

// Fields returns the fields of Event that the kind uses, one bit each.
func (k Kind) Fields() uint32 { return kindFields[k] }

// kindFields holds, for each kind, the fields that its keys live in.
var kindFields = func() (m [NumKinds]uint32) {
	for k := range Kinds {
		for _, key := range Kinds[k].Keys {
			m[k] |= 1 << key.Field
			switch key.Type {
			case RegionType:
				m[k] |= 1 << FieldMax
			case Hex128Type:
				m[k] |= 1 << FieldInt1
			}
			if key.Field == FieldDetail {
				m[k] |= 1 << FieldStr0
				m[k] &^= 1 << FieldDetail
			}
		}
	}
	return m
}()
