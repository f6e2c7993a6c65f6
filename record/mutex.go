package record

import "sync"

// A Mutex is a sync.Mutex whose critical sections are in the trace. The zero
// Mutex is unlocked and not recorded; it costs one comparison more than a
// sync.Mutex, for each Lock and each Unlock.
type Mutex struct {
	mu   sync.Mutex
	rec  *Recorder // this and the rest is guarded by mu
	name Name
	n    uint64 // sections so far
}

// Record names the mutex and has rec record its sections from here on. It
// may be called at any time, but not by a goroutine that holds the mutex.
// Two locks of one name are told apart by a number. The name is kept for as
// long as the process runs.
func (m *Mutex) Record(rec *Recorder, name string) {
	if rec == nil {
		return
	}
	m.mu.Lock()
	m.rec, m.n = rec, 0
	m.name, _ = rec.object("lock", name)
	m.mu.Unlock()
}

// Lock locks m.
func (m *Mutex) Lock() {
	m.mu.Lock()
	if m.rec != nil {
		m.locked()
	}
}

// TryLock locks m if it is free, and reports whether it did.
func (m *Mutex) TryLock() bool {
	if !m.mu.TryLock() {
		return false
	}
	if m.rec != nil {
		m.locked()
	}
	return true
}

// Unlock unlocks m, which must be locked.
func (m *Mutex) Unlock() {
	if m.rec != nil {
		m.rec.Release(m.name, Exclusive, m.n)
	}
	m.mu.Unlock()
}

func (m *Mutex) locked() {
	m.n++
	m.rec.Acquire(m.name, Exclusive, m.n)
}

// An RWMutex is a sync.RWMutex whose critical sections are in the trace. The
// zero RWMutex is unlocked and not recorded.
type RWMutex struct {
	mu   sync.RWMutex
	rec  *Recorder // this and the rest is written under the exclusive lock
	name Name
	n    uint64 // exclusive sections so far
}

// Record names the lock and has rec record its sections from here on, as
// [Mutex.Record] does.
func (m *RWMutex) Record(rec *Recorder, name string) {
	if rec == nil {
		return
	}
	m.mu.Lock()
	m.rec, m.n = rec, 0
	m.name, _ = rec.object("lock", name)
	m.mu.Unlock()
}

// Lock locks m for writing.
func (m *RWMutex) Lock() {
	m.mu.Lock()
	if m.rec != nil {
		m.locked()
	}
}

// TryLock locks m for writing if it is free, and reports whether it did.
func (m *RWMutex) TryLock() bool {
	if !m.mu.TryLock() {
		return false
	}
	if m.rec != nil {
		m.locked()
	}
	return true
}

// Unlock ends writing.
func (m *RWMutex) Unlock() {
	if m.rec != nil {
		m.rec.Release(m.name, Exclusive, m.n)
	}
	m.mu.Unlock()
}

// RLock locks m for reading. The section of a reader has the number of the
// writer's section before it.
func (m *RWMutex) RLock() {
	m.mu.RLock()
	if m.rec != nil {
		m.rec.Acquire(m.name, Shared, m.n)
	}
}

// TryRLock locks m for reading if no writer has it, and reports whether it did.
func (m *RWMutex) TryRLock() bool {
	if !m.mu.TryRLock() {
		return false
	}
	if m.rec != nil {
		m.rec.Acquire(m.name, Shared, m.n)
	}
	return true
}

// RUnlock ends reading.
func (m *RWMutex) RUnlock() {
	if m.rec != nil {
		m.rec.Release(m.name, Shared, m.n)
	}
	m.mu.RUnlock()
}

// RLocker returns a Locker whose Lock and Unlock are RLock and RUnlock.
func (m *RWMutex) RLocker() sync.Locker { return (*reading)(m) }

func (m *RWMutex) locked() {
	m.n++
	m.rec.Acquire(m.name, Exclusive, m.n)
}

type reading RWMutex

func (r *reading) Lock() { (*RWMutex)(r).RLock() }

func (r *reading) Unlock() { (*RWMutex)(r).RUnlock() }
