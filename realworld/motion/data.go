package motion

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
)

// DataEnv names the environment variable that says where recordings are.
const DataEnv = "AOI_TRACE_DATA"

// FindData returns the folder of recordings: the one that the environment
// names, or shared/data beside or above the working directory. It returns ""
// if there is none.
func FindData() string {
	if dir := os.Getenv(DataEnv); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil {
		data := filepath.Join(dir, "shared", "data")
		if _, err := os.Stat(filepath.Join(data, "jps-crowd")); err == nil {
			return data
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

// Recordings lists the files of a recorded workload, by the names that
// Options.File takes; none if they are not on this machine.
func Recordings(workload string, o Options) []string {
	var names []string
	for _, path := range matches(workload, o) {
		names = append(names, filepath.Base(path))
	}
	return names
}

var patterns = map[string]string{
	"crowd":    "jps-crowd/*.txt.gz",
	"football": "football-25hz/*.csv.gz",
	"game":     "prdemo-game/*.csv.gz",
}

func matches(workload string, o Options) []string {
	if o.Data == "" {
		o.Data = FindData()
	}
	if o.Data == "" {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(o.Data, filepath.FromSlash(patterns[workload])))
	sort.Strings(paths)
	return paths
}

// eachLine calls f with every line of the recording that o names, and
// returns the file's base name.
func eachLine(workload string, o Options, f func(line string) error) (string, error) {
	paths := matches(workload, o)
	for _, path := range paths {
		name := filepath.Base(path)
		if o.File == "" || o.File == name {
			return name, readLines(path, f)
		}
	}
	if len(paths) == 0 {
		return "", fmt.Errorf("looking for recordings of %s: none match %s; name their folder with -data or %s",
			workload, patterns[workload], DataEnv)
	}
	return "", fmt.Errorf("looking for recordings of %s: no file is called %q; there are %v", workload, o.File, Recordings(workload, o))
}

func readLines(path string, f func(line string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader
	if r, err = gzip.NewReader(file); err != nil {
		return fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if err := f(lines.Text()); err != nil {
			return fmt.Errorf("reading %s: line %d: %w", filepath.Base(path), n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	return nil
}
