package ring

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// FilesDir is the directory, in that of the rings, of what else the processes
// leave for the trace. The collector may have made it a link to a place on
// disk: rings are memory, and an execution trace is large.
const FilesDir = "files"

// attachSuffix ends the name of every file in FilesDir that is an attachment.
const attachSuffix = ".attach"

// An Attachment is a file that a process leaves beside its rings, to be
// attached to the trace. Its first line says what it is; the content follows.
type Attachment struct {
	Path    string
	Pid     int
	Started time.Time // as in Info
	Process string
	Name    string
	Type    string // media type
	Offset  int64  // where the content begins in the file
}

// attachHead is the first line of the file of an attachment.
const attachHead = "aoi-attachment 1 %d %d %q %q %q\n"

// maxAttachHead bounds the first line, in bytes.
const maxAttachHead = 64 << 10

// Attach makes a file for the trace, called name there, of the media type
// mime. What has been written into it is attached, whether or not it is closed
// and however the process ends. The caller writes behind the place where the
// file stands, and nowhere else.
func (p *Pool) Attach(name, mime string) (*os.File, error) {
	if name == "" || len(name) > 1<<10 || len(mime) > 1<<10 {
		return nil, fmt.Errorf("attaching %.40q to the trace: its name and media type have 1 to 1024 bytes", name)
	}
	dir, err := p.files()
	if err != nil {
		return nil, fmt.Errorf("attaching %q to the trace: %w", name, err)
	}
	path := fmt.Sprintf("%s/%07d-%x-%06d", dir, os.Getpid(), p.started, p.attached.Add(1))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, fmt.Errorf("attaching %q to the trace: %w", name, err)
	}
	_, err = fmt.Fprintf(f, attachHead, os.Getpid(), p.started, p.cfg.Process, name, mime)
	if err == nil {
		err = os.Rename(path, path+attachSuffix) // whoever sees it sees its head
	}
	if err != nil {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("attaching %q to the trace: %w", name, err)
	}
	return f, nil
}

// files returns the directory of the attachments, which it makes if need be.
func (p *Pool) files() (string, error) {
	if isMemory(p.cfg.Dir) {
		return memoryFiles(p.cfg.Dir)
	}
	dir := filepath.Join(p.cfg.Dir, FilesDir)
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, nil
}

// memoryFiles returns the directory of the attachments of a directory that is
// only in memory: files are for others too.
func memoryFiles(dir string) (string, error) {
	memories.Lock()
	defer memories.Unlock()
	if files := memories.files[dir]; files != "" {
		return files, nil
	}
	files, err := os.MkdirTemp("", "aoi-trace-files-")
	if err != nil {
		return "", err
	}
	if memories.files == nil {
		memories.files = map[string]string{}
	}
	memories.files[dir] = files
	return files, nil
}

// Attachments returns what the processes that have their rings in dir left
// for the trace, that of each process in the order in which it was begun. The
// error is about those that are missing in the result.
func Attachments(dir string) ([]Attachment, error) {
	files := filepath.Join(dir, FilesDir)
	if isMemory(dir) {
		memories.Lock()
		files = memories.files[dir]
		memories.Unlock()
	}
	if files == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(files)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list []Attachment
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), attachSuffix) {
			continue
		}
		a, e := openAttachment(filepath.Join(files, e.Name()))
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		list = append(list, a)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Started.Before(list[j].Started) })
	return list, err
}

func openAttachment(path string) (a Attachment, err error) {
	f, err := os.Open(path)
	if err != nil {
		return a, fmt.Errorf("reading an attachment: %w", err)
	}
	defer f.Close()
	line, err := bufio.NewReaderSize(f, maxAttachHead).ReadSlice('\n')
	var started int64
	if err == nil {
		_, err = fmt.Sscanf(string(line), attachHead, &a.Pid, &started, &a.Process, &a.Name, &a.Type)
	}
	if err != nil {
		return a, fmt.Errorf("reading the head of the attachment %s: %w", path, err)
	}
	a.Path, a.Started, a.Offset = path, time.Unix(0, started), int64(len(line))
	return a, nil
}
