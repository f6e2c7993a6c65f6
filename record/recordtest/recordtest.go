// Package recordtest records a test of a server's AOI and fails the test with
// what is wrong, as proofs:
//
//	func TestCrowd(t *testing.T) {
//		rec := recordtest.Record(t)
//		rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1})
//		s := newServer(rec) // which records on streams of rec
//		s.run()
//	}
//
// When the test ends, after its subtests and after the cleanups that it
// registers later, however it ends, the recording is closed and analysed.
// Each finding that is certain fails the test; so do lost events, because
// what they would have shown nobody knows, and a recording without events.
//
//	go test -run TestCrowd -aoi.keep=. ./world
//
// leaves the recording in the package's directory, for aoi-trace explain,
// cat and the rest. Only tests should import this package: it brings the
// analysis with it, which a server does not need.
package recordtest

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/internal/proof"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

var keep = flag.String("aoi.keep", "", "keep the recordings of tests in this directory")

// An Option changes what Record does.
type Option func(*options)

type options struct {
	detectors []*analyze.Detector
	missing   []string // detectors that were asked for and are not there
	loss      bool
	likely    bool
	path      string
	record    []record.Option
}

// Only runs these detectors alone, by name: "ghost".
func Only(names ...string) Option {
	return func(o *options) {
		o.detectors = nil
		for _, name := range names {
			i := slices.IndexFunc(detectors.All, func(d *analyze.Detector) bool { return d.Name == name })
			if i < 0 {
				o.missing = append(o.missing, name)
				continue
			}
			o.detectors = append(o.detectors, detectors.All[i])
		}
	}
}

// Without runs all detectors but these, by name.
func Without(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			if !slices.ContainsFunc(detectors.All, func(d *analyze.Detector) bool { return d.Name == name }) {
				o.missing = append(o.missing, name)
			}
		}
		o.detectors = slices.DeleteFunc(slices.Clone(o.detectors), func(d *analyze.Detector) bool {
			return slices.Contains(names, d.Name)
		})
	}
}

// AllowLoss lets a test pass whose recorder lost events. What depends on them
// is then not judged.
func AllowLoss() Option { return func(o *options) { o.loss = true } }

// FailOnLikely fails the test on findings that are likely, too.
func FailOnLikely() Option { return func(o *options) { o.likely = true } }

// Keep keeps the recording in the file path, as -aoi.keep does in a directory.
func Keep(path string) Option { return func(o *options) { o.path = path } }

// With hands options to the recorder, such as record.SyncAll.
func With(opts ...record.Option) Option {
	return func(o *options) { o.record = append(o.record, opts...) }
}

// Record returns a recorder for the test t, and has its recording analysed
// when t ends. The server that t starts must have stopped by then: register
// the cleanup that stops it after this call, or stop it in the test. Tests
// and subtests that run in parallel each take a recorder of their own.
func Record(t testing.TB, opts ...Option) *record.Recorder {
	t.Helper()
	o := options{detectors: detectors.All}
	for _, opt := range opts {
		opt(&o)
	}
	if len(o.missing) > 0 {
		t.Fatalf("recordtest: there is no detector %s: aoi-trace detectors lists them", strings.Join(o.missing, ", "))
	}
	path, kept, err := place(t, &o)
	if err != nil {
		t.Fatalf("recordtest: %v", err)
	}
	rec, err := record.To(path, o.record...)
	if err != nil {
		t.Fatalf("recordtest: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		// The test may have closed it already, to look at the file.
		if err := rec.Close(); err != nil && !errors.Is(err, record.ErrClosed) {
			t.Errorf("recordtest: closing the recorder: %v", err)
			return
		}
		r, err := analysis(path, o.detectors)
		if errors.Is(err, fs.ErrNotExist) {
			r, err = &analyze.Report{}, nil // no event, no file
		}
		if err != nil {
			t.Errorf("recordtest: analysing the recording: %v", err)
		}
		if r == nil {
			return
		}
		failed := o.judge(t, r)
		switch {
		case kept:
			t.Logf("the recording is in %s", path)
		case failed:
			t.Logf("to keep the recording: go test -run '^%s$' -aoi.keep=.", strings.ReplaceAll(regexp.QuoteMeta(t.Name()), "/", "$/^"))
		}
	})
	return rec
}

// place returns where the recording goes and whether it stays there.
func place(t testing.TB, o *options) (path string, kept bool, err error) {
	if o.path != "" {
		return o.path, true, nil
	}
	if *keep == "" {
		return filepath.Join(t.TempDir(), "test.aoi"), false, nil
	}
	if err := os.MkdirAll(*keep, 0o777); err != nil {
		return "", false, fmt.Errorf("making the directory that -aoi.keep names: %w", err)
	}
	for n := 1; ; n++ { // a test may record twice
		name := fileName(t.Name())
		if n > 1 {
			name += fmt.Sprintf("(%d)", n)
		}
		path := filepath.Join(*keep, name+".aoi")
		if !taken.add(path) {
			continue
		}
		return path, true, nil
	}
}

// analysis runs ds over the file path.
func analysis(path string, ds []*analyze.Detector) (*analyze.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := trace.NewReader(f)
	if err != nil {
		return nil, err
	}
	return analyze.Run(in, ds)
}

// judge fails the test for what the report says. It reports whether it did.
func (o *options) judge(t testing.TB, r *analyze.Report) (failed bool) {
	t.Helper()
	if r.Trace.Events <= 1 { // the trace event that begins every recording
		t.Errorf("nothing was recorded: what is tested does not use the recorder that recordtest.Record returned")
		failed = true
	}
	if n := r.Loss.Events; n > 0 {
		tell := t.Errorf
		if o.loss {
			tell = t.Logf
		}
		tell("%d events were lost in %d places, so that not all could be judged: recordtest.With(record.Wait()) waits for room, recordtest.AllowLoss() lets the test pass",
			n, r.Loss.Gaps)
		failed = failed || !o.loss
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		text := strings.TrimSuffix(proof.Text(f, proof.Paint{}), "\n")
		if f.Verdict == analyze.Certain || o.likely {
			t.Errorf("%s", text)
			failed = true
		} else {
			t.Logf("%s", text)
		}
	}
	for _, u := range r.Unknown {
		t.Logf("unknown  %s: %s", u.Detector, u.Reason)
	}
	return failed
}
