package collect

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/record/ring"
	"github.com/aoi-trace/aoi-trace/trace"
)

// The environment variables that have a program leave more than events, and
// the names of what it leaves.
const (
	ExecTraceEnv = "AOI_TRACE_EXEC"
	ProfileEnv   = "AOI_TRACE_PROFILE"

	ExecTraceName  = "exec.trace"
	CPUProfileName = "cpu.pprof"
	MemProfileName = "mem.pprof"
)

// attachEnv returns the environment that asks for what o wants attached.
func (o *Options) attachEnv() (env []string) {
	if o.ExecTrace {
		env = append(env, ExecTraceEnv+"=1")
	}
	switch {
	case o.CPUProfile && o.MemProfile:
		env = append(env, ProfileEnv+"=cpu,mem")
	case o.CPUProfile:
		env = append(env, ProfileEnv+"=cpu")
	case o.MemProfile:
		env = append(env, ProfileEnv+"=mem")
	}
	return env
}

// attachNames returns the names of what o wants attached.
func (o *Options) attachNames() (names []string) {
	if o.ExecTrace {
		names = append(names, ExecTraceName)
	}
	if o.CPUProfile {
		names = append(names, CPUProfileName)
	}
	if o.MemProfile {
		names = append(names, MemProfileName)
	}
	return names
}

// makeRoom has the attachments of dir go to the file system of temporary
// files: dir is memory, and an execution trace is large. Where that is not
// possible they go to dir.
func makeRoom(dir string) (remove func()) {
	if filepath.Dir(dir) != memoryDir {
		return func() {}
	}
	files, err := os.MkdirTemp("", "aoi-trace-files-")
	if err != nil {
		return func() {}
	}
	if err := os.Symlink(files, filepath.Join(dir, ring.FilesDir)); err != nil {
		os.Remove(files)
		return func() {}
	}
	return func() { os.RemoveAll(files) }
}

// attach puts what the processes left beside their rings into a file, and
// removes it there, unless somebody may want it again: the processes of alive,
// or whoever recovers again.
func (c *Collector) attach(w *trace.Writer, alive []*source) {
	if c.out.events == 0 {
		return
	}
	list, err := ring.Attachments(c.files)
	if err != nil {
		c.tell("%v", err)
	}
	came := map[string]int{}
	for _, a := range list {
		p := c.procs[processKey{a.Pid, a.Started.UnixNano()}]
		name := fmt.Sprintf("%s-%d/%s", a.Process, a.Pid, a.Name)
		if p != nil {
			name = p.prefix + a.Name
		}
		came[name]++
		if n := came[name]; n > 1 {
			name = fmt.Sprintf("%s(%d)", name, n)
		}
		if err := c.attachOne(w, &a, name); err != nil {
			c.tell("%v", err)
			continue
		}
		if !c.recovered && !slices.ContainsFunc(alive, func(s *source) bool { return s.proc == p }) {
			os.Remove(a.Path) // what stays would only be attached again
		}
	}
	for _, name := range c.wanted {
		if !slices.ContainsFunc(list, func(a ring.Attachment) bool { return a.Name == name }) {
			c.tell("no %s came: %s", name, missing[name])
		}
	}
}

// missing says why something that was wanted did not come.
var missing = map[string]string{
	ExecTraceName:  "the program could not start the execution tracer",
	CPUProfileName: "the program must open its recorder with record.Open(profile.On()), of package record/profile",
	MemProfileName: "the program must open its recorder with record.Open(profile.On()), of package record/profile, and close it",
}

// attachOne puts one attachment into a file.
func (c *Collector) attachOne(w *trace.Writer, a *ring.Attachment, name string) error {
	f, err := os.Open(a.Path)
	if err != nil {
		return fmt.Errorf("reading the attachment %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("reading the attachment %s: %w", name, err)
	}
	size := info.Size() - a.Offset
	if size == 0 {
		return fmt.Errorf("the attachment %s is empty: the program ended before it wrote it; profiles are written by Recorder.Close", name)
	}
	if size > trace.MaxAttachment {
		c.tell("the attachment %s is cut to %d of its %d bytes", name, trace.MaxAttachment, size)
		size = trace.MaxAttachment
	}
	return w.AttachFrom(name, zeroed(a.Type, c.start), size, io.NewSectionReader(f, a.Offset, size))
}

// zeroed returns a media type with the time, on its clock, at which the trace
// begins, if it says that its clock is that of the events.
func zeroed(mime string, start time.Duration) string {
	const clock = "; clock=monotonic"
	if !strings.HasSuffix(mime, clock) {
		return mime
	}
	return mime + "; zero=" + strconv.FormatInt(int64(start), 10)
}
