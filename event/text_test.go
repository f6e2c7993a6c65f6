package event

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// sample is the trace that shows the text twin in the design and in the
// documentation. Blanks align its columns.
const sample = `0         main    trace version=1 start=empty sync=all
0         main    space id=1 metric=circle enter=50 leave=55 eval=tick:1 bounds=0,0,0,1000,1000,0 filters=none despawn=explicit
0         main    name e=7 label="orc #7" tags=npc,orc
0         main    fork g=zone-3
0.001     zone-3  spawn e=7 pos=10,20,0
0.001     zone-3  spawn e=8 pos=30,20,0
0.050012  zone-3  begin op=move e=7
0.050013  zone-3  move e=7 pos=11.5,20,0
0.050014  zone-3  enter w=7 t=8
0.050015  zone-3  enter w=8 t=7
0.050016  zone-3  end
0.05002   zone-3  tick n=1
0.06      net     update w=8 t=7 v=3
0.07      zone-3  zone e=7 from=0:0 to=0:1
0.08      zone-3  fov w=7 v=4 region=-40,-30,60,70
0.08      send-1  read w=7 v1=2 v2=4 used=true
0.09      zone-3  acquire lock=cell/0:1 mode=w n=12
0.09      zone-3  access obj=cell/0:1 mode=w
0.09      zone-3  release lock=cell/0:1 mode=w n=12
0.1       zone-3  send ch=events n=41
0.1       send-1  recv ch=events n=41
0.1       zone-3  fork g=send-2
0.15      zone-3  radius e=7 enter=30 leave=33
0.15      zone-3  move e=8 pos=900,900,0 teleport=true
0.16      send-2  watch e=7 id=listener-9
0.2       zone-3  join g=send-2
0.2       zone-3  queue name=events len=1000 cap=1024
0.2       zone-3  gauge name=goroutines value=812
0.25      net     span trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7
0.3       zone-3  leave w=8 t=7
0.3       zone-3  despawn e=7
0.4       net     gap lost=312 from=0.31 to=0.39
`

func TestSample(t *testing.T) {
	tables := NewTables()
	for line := range strings.Lines(sample) {
		e, err := Parse(tables, strings.TrimSuffix(line, "\n"))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		// Printed, a line has single blanks, and a region three axes.
		want := strings.Join(strings.Fields(line), " ")
		want = strings.Replace(want, "region=-40,-30,60,70", "region=-40,-30,0,60,70,0", 1)
		if got := string(AppendText(nil, tables, &e)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Lines that come back as they are.
func TestTextIdentity(t *testing.T) {
	for _, line := range []string{
		`0 main trace version=1`,
		`0 main trace version=1 start=unknown sync=some sample=0.25 side=both clock="a clock" recovered=true wall=1763849413.000000001`,
		`0 main space id=0`,
		`0 main space id=18446744073709551615 metric=cylinder axes=xz enter=50 leave=55 height=10 delay=1.5 eval=move cell=8,8,8 origin=-1,0,1 rounding=trunc bounds=-1,-1,-1,1,1,1 filters=recorded despawn=implicit grace=2 cap=64 policy=nearest self=false tolerance=0.001 watchers=all`,
		`0.000000001 "two words" note text=""`,
		`9223372035.999999999 s note text="quote \" hash # tab \t newline \n bad \xff"`,
		`1 s note space=0 e=0 text=plain`,
		`1 s spawn e=9223372036854775808 pos=NaN,+Inf,-Inf`,
		`1 s move space=3 e=18446744073709551615 pos=-0,5e-324,1.7976931348623157e+308 teleport=false v=0`,
		`1 s attr e=1 key=hp value="" num=0.1 v=7`,
		`1 s enter w=1 t=2 v=3 cause=spawn side=client`,
		`1 s view w=1`,
		`1 s view w=1 v=0 set="" digest=00000000000000ff side=table`,
		`1 s view w=1 set=1,2,18446744073709551615`,
		`1 s filter w=1 t=2 hidden=false rule=stealth`,
		`1 s fov w=1 v=2 region=NaN,0,0,1,1,1 phase=begin`,
		`1 s read w=1 v1=2 v2=2 parts=a@1,b@2 used=false`,
		`1 s gap lost=5 from=0 to=0.000000001 kinds=move:3,enter:2 ids="" why=crash`,
		`1 "" note text=x`,
	} {
		tables := NewTables()
		e, err := Parse(tables, line)
		if strings.HasPrefix(line, `1 ""`) {
			if err == nil {
				t.Errorf("%s: a stream without a name is taken", line)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := string(AppendText(nil, tables, &e)); got != line {
			t.Errorf("got %s, want %s", got, line)
		}
		if err := NewChecker(tables).Event(&e); err != nil {
			t.Errorf("%s: the checker refuses it: %v", line, err)
		}
	}
}

// What may be written otherwise is read, and printed in the one way.
func TestCanonical(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"00.50\tmain  enter  t=2\tw=1 # comment", "0.5 main enter w=1 t=2"},
		{`1 "main" note text=x`, "1 main note text=x"},
		{`1 main note text="x"`, "1 main note text=x"},
		{"1 main move e=007 pos=1.0,1e0,0x1p0", "1 main move e=7 pos=1,1,1"},
		{"1 main spawn e=1 pos=inf,-inf,nan", "1 main spawn e=1 pos=+Inf,-Inf,NaN"},
		{"1 main space enter=5e1 metric=square id=1", "1 main space id=1 metric=square enter=50"},
		{"1 main space id=1 delay=01.50", "1 main space id=1 delay=1.5"},
		{"1 main gap why=off lost=1\r", "1 main gap lost=1 why=off"},
	} {
		tables := NewTables()
		e, err := Parse(tables, c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := string(AppendText(nil, tables, &e)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		col  int
		want string // in the message
	}{
		{"x", 1, "not a time"},
		{"-1 s end", 1, "not a time"},
		{"1.0000000001 s end", 1, "not a time"},
		{"1. s end", 1, "not a time"},
		{"9223372036 s end", 1, "time"},
		{`"1" s end`, 1, "not a time"},
		{"1", 2, "a stream and a kind must follow"},
		{"1 s", 4, "a kind must follow"},
		{"1 s # end", 5, "a kind must follow"},
		{`1 "" end`, 3, "a stream needs a name"},
		{`1 "s end`, 3, "does not end"},
		{`1 "s\q" end`, 3, "escape"},
		{`1 "s"end`, 6, "a blank must follow"},
		{"1 s ender", 5, `did you mean "enter"?`},
		{"1 s mvoe e=1 pos=1,2,3", 5, `did you mean "move"?`},
		{`1 s "end"`, 5, "no kind"},
		{"1 s end x=1", 9, `has no key "x"`},
		{"1 s enter w=1 target=2", 15, `has no key "target"`},
		{"1 s enter w=1", 14, "needs t="},
		{"1 s enter w=1 w=2 t=1", 15, "given twice"},
		{"1 s enter w t=1", 11, "not key=value"},
		{"1 s enter w= t=1", 13, "needs a value"},
		{"1 s enter w=\tt=1", 13, "needs a value"},
		{"1 s enter w=1 t=", 17, "needs a value"},
		{"1 s enter w=-1 t=1", 13, "not a whole number"},
		{"1 s enter w=1 t=18446744073709551616", 17, "larger than 64 bits"},
		{`1 s enter w="1" t=1`, 13, "must not be quoted"},
		{"1 s enter w=1 t=2 side=left", 24, "none of table, client"},
		{"1 s enter w=1 t=2 cause=a#b", 26, "'#' inside a value"},
		{`1 s enter w=1 t=2 cause=a"b`, 26, "a quote inside a value"},
		{"1 s move e=1 pos=1,2", 18, "3 numbers"},
		{"1 s move e=1 pos=1,2,x", 18, "not a number"},
		{"1 s fov w=1 v=1 region=1,2,3,4,5", 24, "6 numbers"},
		{"1 s move e=1 pos=1,2,3 teleport=1", 33, "neither true nor false"},
		{"1 s span trace=4bf9 span=00f067aa0ba902b7", 16, "32 hexadecimal"},
		{"1 s span trace=4BF92F3577B34DA6A3CE929D0E0E4736 span=00f067aa0ba902b7", 16, "lower-case"},
		{"1 s view w=1 set=1,,2", 18, "list of identifiers"},
		{"1 s view w=1 set=01", 18, "list of identifiers"},
		{"1 s gap lost=1 kinds=move:1,spawn:1", 22, "order"},
		{"1 s gap lost=1 kinds=moves:1", 22, "list of counts"},
		{"1 s space id=1 enter=x", 22, "not a number"},
		{"1 s space id=1 eval=tick:0", 21, "never"},
		{"1 s space id=1 eval=often", 21, "neither move nor tick:N"},
		{"1 s space id=1 enter=5 leave=4", 1, "nearer"},
		{"1 s space id=1 enter=-5", 1, "not negative"},
		{"1 s space id=1 metric=cylinder enter=5", 1, "height"},
		{"1 s space id=1 metric=cells enter=1", 1, "cell="},
		{"1 s space id=1 bounds=1,0,0,0,0,0", 1, "ends before it begins"},
	} {
		_, err := Parse(NewTables(), c.in)
		var se *SyntaxError
		if !errors.As(err, &se) {
			t.Errorf("%s: got error %v, want a *SyntaxError", c.in, err)
			continue
		}
		if se.Col != c.col || !strings.Contains(se.Msg, c.want) {
			t.Errorf("%s: got column %d, %s; want column %d, %s", c.in, se.Col, se.Msg, c.col, c.want)
		}
	}
}

func TestTextReader(t *testing.T) {
	text := "# a comment\n\n0 a end\n0 b end # and more\r\n0 a gap lost=3\n0 a end"
	r := NewTextReader(strings.NewReader(text))
	var refs []Ref
	if err := Each(r, func(tables *Tables, e Event) bool {
		refs = append(refs, e.Ref())
		return true
	}); err != nil {
		t.Fatal(err)
	}
	want := []Ref{{0, 0}, {1, 0}, {0, 1}, {0, 5}}
	if len(refs) != len(want) {
		t.Fatalf("got %v, want %v", refs, want)
	}
	for i := range want {
		if refs[i] != want[i] {
			t.Errorf("event %d: got %v, want %v", i, refs[i], want[i])
		}
	}

	r = NewTextReader(strings.NewReader("0 a end\n\n0 a edn\n0 a end\n"))
	b, err := r.Next()
	if err != nil || b.N != 1 {
		t.Fatalf("got %v and %v, want the event before the bad line", b, err)
	}
	for range 2 {
		var se *SyntaxError
		if _, err = r.Next(); !errors.As(err, &se) || se.Line != 3 || se.Col != 5 {
			t.Errorf("got %v, want line 3, column 5", err)
		}
	}

	long := "0 a note text=" + strings.Repeat("x", maxLine+10)
	if _, err := NewTextReader(strings.NewReader(long)).Next(); err == nil || err == io.EOF {
		t.Errorf("a line of %d bytes: got %v, want an error", len(long), err)
	}
}

func TestTextWriter(t *testing.T) {
	var b strings.Builder
	r, w := NewTextReader(strings.NewReader(sample[:0]+"0 a end\n0.5 a tick n=1\n")), NewTextWriter(&b)
	if err := Each(r, func(t *Tables, e Event) bool { return w.Write(t, &e) == nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "0 a end\n0.5 a tick n=1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestContract(t *testing.T) {
	for _, c := range []Contract{
		{},
		{Enter: 50},
		{Metric: Square, Axes: "xz", Enter: 50, Leave: 55, Eval: 2, Bounded: true, Min: Vec{-1, -2, -3}, Max: Vec{1, 2, 3}},
		{Metric: Cylinder, Enter: 1, Height: 2, EvalMove: true, Delay: Wait{Ticks: 3}},
		{Metric: Cells, Enter: 1, Cell: Vec{8, 8, 8}, Origin: Vec{1, 0, 0}, Rounding: "round", Delay: Wait{Time: 1500 * time.Millisecond}},
		{Metric: Towers, Enter: 20, Cell: Vec{8, 8, 0}, Filters: "none", Despawn: "explicit", Grace: 2, Cap: 64, Policy: "nearest", Self: "true", Tolerance: 0.5, Watchers: "all"},
	} {
		got, err := ParseContract(c.Detail())
		if err != nil || got != c {
			t.Errorf("%s: got %+v and %v, want %+v", c.Detail(), got, err, c)
		}
	}
	if got := (&Contract{Enter: 50}).LeaveRadius(); got != 50 {
		t.Errorf("leave radius: got %v, want the enter radius, 50", got)
	}
	c := Contract{Axes: "yz"}
	if got, want := c.Plane(Vec{1, 2, 3}), (Vec{2, 3, 1}); got != want {
		t.Errorf("plane: got %v, want %v", got, want)
	}
}

func TestFloatText(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 0.1, 1.0 / 3, math.Pi, 1e21, 1 << 53, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), float64(float32(0.1))} {
		got, err := parseFloat(string(appendFloat(nil, f)))
		if err != nil || math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("%v: got %v and %v", f, got, err)
		}
	}
}
