package httphook_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/httphook"
	"github.com/aoi-trace/aoi-trace/trace"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// get asks h, and returns its answer. The headers come in pairs.
func get(t *testing.T, h http.Handler, url string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// contents returns the lines of the trace's stream main, and its attachments.
func contents(t *testing.T, path string) (lines []string, attached map[string][]byte) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buffers := map[string]*bytes.Buffer{}
	r, err := trace.NewReader(f, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		buffers[a.Name] = &bytes.Buffer{}
		return buffers[a.Name]
	}))
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			if e := b.Event(i); b.StreamName(e.Stream) == "main" {
				lines = append(lines, string(event.AppendBody(nil, b.Tables, &e)))
			}
		}
	}
	attached = map[string][]byte{}
	for name, b := range buffers {
		attached[name] = b.Bytes()
	}
	return lines, attached
}

func recorder(t *testing.T) (rec *record.Recorder, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	return rec, path
}

func TestSpan(t *testing.T) {
	rec, path := recorder(t)
	var causes []record.Cause
	h := httphook.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		causes = append(causes, record.CauseOf(r.Context()))
		rec.Enter(7, 8)
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
	}), httphook.Options{Recorder: rec})
	get(t, h, "/", "traceparent", parent)
	get(t, h, "/")
	get(t, h, "/", "traceparent", strings.ToUpper(parent))
	get(t, h, "/", "traceparent", parent, "traceparent", parent)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the handler's panic was swallowed")
			}
		}()
		get(t, h, "/panic", "traceparent", parent)
	}()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, c := range causes {
		want = append(want, fmt.Sprintf("span trace=%x span=%x", c.Trace, c.Span), "enter w=7 t=8",
			fmt.Sprintf("span trace=%x span=%x", [16]byte{}, [8]byte{}))
	}
	lines, _ := contents(t, path)
	if got := lines[1:]; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	theirs, err := record.ParseTraceparent(parent)
	if err != nil {
		t.Fatal(err)
	}
	for i, known := range []bool{true, false, false, false, true} {
		if c := causes[i]; c.IsZero() || (c.Trace == theirs.Trace) != known || c.Span == theirs.Span {
			t.Errorf("request %d: got the cause %v of %v", i, c, theirs)
		}
	}
}

func TestDisabled(t *testing.T) {
	next := http.NewServeMux()
	if h := httphook.Wrap(next, httphook.Options{}); h != http.Handler(next) {
		t.Errorf("without a recorder: got %v, want the handler itself", h)
	}
}

func TestTransport(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = r.Header["Traceparent"] }))
	defer server.Close()
	cause, err := record.ParseTraceparent(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, base := range []http.RoundTripper{nil, server.Client().Transport} {
		client := &http.Client{Transport: &httphook.Transport{Base: base}}
		for _, c := range []record.Cause{cause, {}} {
			r, err := http.NewRequestWithContext(record.WithCause(t.Context(), c), "GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if strings.Join(got, ",") != c.Traceparent() {
				t.Errorf("cause %q: the server got %q", c, got)
			}
			if len(r.Header) != 0 {
				t.Errorf("the request itself was changed: %v", r.Header)
			}
		}
	}
}

func TestProfile(t *testing.T) {
	rec, path := recorder(t)
	served, logged := 0, make(chan string, 10)
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { served++ })
	h := httphook.Wrap(next, httphook.Options{
		Recorder: rec,
		Profile:  func(r *http.Request) bool { return r.Header.Get("Authorization") == "secret" },
		Log:      func(msg string) { logged <- msg },
	})
	off := httphook.Wrap(next, httphook.Options{Recorder: rec})
	ask := func(h http.Handler, url string, who string) (int, string) {
		resp := get(t, h, url, "Authorization", who)
		return resp.StatusCode, resp.Header.Get(httphook.ProfileHeader)
	}
	for _, test := range []struct {
		what     string
		h        http.Handler
		url, who string
		status   int
	}{
		{"a stranger", h, "/?profile=1", "guess", 200},
		{"a stranger who asks for nonsense", h, "/?profile=x", "", 200},
		{"not enabled", off, "/?profile=1", "secret", 200},
		{"no profile", h, "/?other=1", "secret", 200},
		{"too long", h, "/?profile=31", "secret", 400},
		{"no time", h, "/?profile=0", "secret", 400},
		{"less than no time", h, "/?profile=-1", "secret", 400},
		{"half a second", h, "/?profile=0.5", "secret", 400},
		{"nothing", h, "/?profile=", "secret", 400},
	} {
		if status, name := ask(test.h, test.url, test.who); status != test.status || name != "" {
			t.Errorf("%s: got %d and a profile %q; want %d and none", test.what, status, name, test.status)
		}
	}
	if served != 4 {
		t.Errorf("%d requests were served, want 4", served)
	}
	status, name := ask(h, "/?profile=1", "secret")
	if status != 200 || name == "" || name == "busy" {
		t.Fatalf("got %d and the profile %q", status, name)
	}
	if status, name := ask(h, "/?profile=1", "secret"); status != 200 || name != "busy" {
		t.Errorf("a second one at the same time: got %d, %q; want it refused", status, name)
	}
	if got, want := <-logged, "aoi-trace: a CPU profile of 1s is in the trace: "+name; got != want {
		t.Errorf("logged: got %s, want %s", got, want)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	_, attached := contents(t, path)
	if profile := attached[name]; len(attached) != 1 || !bytes.HasPrefix(profile, []byte{0x1f, 0x8b}) {
		t.Errorf("%d attachments, of which %s has %d bytes; want one, compressed", len(attached), name, len(profile))
	}
}
