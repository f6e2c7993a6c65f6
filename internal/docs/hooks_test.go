package docs

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/httphook"
	"github.com/aoi-trace/aoi-trace/record/profile"
)

type move struct{ x, y float64 }

type table struct{ entities int }

func (t *table) run() { t.entities++ }

// before is what servers have; after is what docs/instrument.md makes of it.
// Both are shown there, piece by piece, and here compiled and run.
func before(t *table) {
	{
		// begin
		var mu sync.RWMutex // before
		// end
		mu.Lock()
		t.run()
		mu.Unlock()
	}
	{
		// begin
		moves := make(chan move, 64) // before
		moves <- move{1, 2}
		m, ok := <-moves
		// end
		if ok {
			t.entities += int(m.x)
		}
	}
	{
		var wg sync.WaitGroup
		// begin
		wg.Go(t.run) // before
		wg.Wait()
		// end
	}
}

func after(rec *record.Recorder, t *table, id uint64, ctx context.Context, publish func([]byte) []byte, mux http.Handler, loopback func(*http.Request) bool) error {
	{
		// begin
		var mu record.RWMutex // after
		mu.Record(rec, "table")
		// end
		mu.Lock()
		t.run()
		mu.Unlock()
	}
	{
		// begin
		moves := record.NewChan[move](rec, "moves", 64) // after
		moves.Send(move{1, 2})
		m, ok := moves.Recv()
		// end
		if ok {
			t.entities += int(m.x)
		}
		done := ctx.Done()
		// begin
		next := moves.Message(move{3, 4})
		select {
		case moves.In() <- next:
			moves.Sent(next)
		case <-done:
		}
		// end
	}
	{
		var wg record.Group
		wg.Record(rec, "session")
		// begin
		wg.Go(t.run) // after; once, before: wg.Record(rec, "session")
		wg.Wait()
		// end
	}
	{
		// begin
		zone := record.Go(rec, "zone-3", func(s *record.Stream) {
			s.Tick(1)
		})
		zone.Wait()
		// end
	}
	{
		zone, op := rec.Stream("zone-4"), rec.Name("move")
		// begin
		defer rec.Use(rec.Use(zone))
		// end
		func() {
			// begin
			defer zone.Op(op, id).End()
			// end
			zone.Move(id, 1, 2, 0)
		}()
	}
	{
		// begin
		var fov record.View
		fov.Record(rec, id)
		fov.Store(record.Vec{X: -40, Y: -30}, record.Vec{X: 60, Y: 70}) // the writer
		min, max, version := fov.Load()                                 // any reader
		// end
		rec.AttrNum(id, rec.Name("width"), max.X-min.X+float64(version))
	}
	{
		// begin
		chat := rec.Listen(id, "chat")
		defer chat.Close()
		// end
	}
	{
		body := map[string]uint64{"e": id}
		// begin
		world := record.NewTopic(rec, "world")
		sent, err := world.Seal(record.CauseOf(ctx), body)
		// end
		if err != nil {
			return err
		}
		received := publish(sent)
		// begin
		cause, err := world.Open(received, &body)
		// end
		if err != nil {
			return err
		}
		rec.Caused(cause)
	}
	{
		// begin
		handler := httphook.Wrap(mux, httphook.Options{Recorder: rec, Profile: loopback})
		// end
		request, err := http.NewRequestWithContext(ctx, "GET", "/?profile=5", nil)
		if err != nil {
			return err
		}
		handler.ServeHTTP(nil, request)
	}
	{
		// begin
		stop := rec.Gauges(time.Second)
		defer stop()
		// end
	}
	{
		// begin
		rec := record.Open(profile.HeapAfterGC(time.Minute))
		// end
		if err := rec.Close(); err != nil {
			return err
		}
	}
	return nil
}

type quiet struct{}

func (quiet) ServeHTTP(http.ResponseWriter, *http.Request) {}

func TestHooksOfThePage(t *testing.T) {
	rec, err := record.To(filepath.Join(t.TempDir(), "run.aoi"))
	if err != nil {
		t.Fatal(err)
	}
	nobody := func(*http.Request) bool { return false }
	for _, rec := range []*record.Recorder{nil, rec} {
		var bare, hooked table
		before(&bare)
		if err := after(rec, &hooked, 7, t.Context(), func(b []byte) []byte { return b }, quiet{}, nobody); err != nil {
			t.Error(err)
		}
		if bare != hooked {
			t.Errorf("before: %+v; after: %+v", bare, hooked)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("hooks_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/instrument.md")
	if err != nil {
		t.Fatal(err)
	}
	pieces := strings.Split(normal(string(source)), "\n// begin\n")[1:]
	for _, piece := range pieces {
		piece, _, _ := strings.Cut(piece, "\n// end\n")
		if !strings.Contains(normal(string(page)), piece) {
			t.Errorf("docs/instrument.md does not show\n%s", piece)
		}
	}
	if len(pieces) < 10 {
		t.Errorf("%d pieces, want more", len(pieces))
	}
}
