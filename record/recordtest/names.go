package recordtest

import (
	"strings"
	"sync"
)

// taken are the files that recordings of this process were given.
var taken names

type names struct {
	sync.Mutex
	seen map[string]bool
}

// add reports whether name is new.
func (n *names) add(name string) bool {
	n.Lock()
	defer n.Unlock()
	if n.seen[name] {
		return false
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	return true
}

// fileName makes the name of a test a name of a file.
func fileName(test string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, test)
}
