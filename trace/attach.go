package trace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// An Attachment is a file within a trace file: an execution trace, a profile,
// what the build was made of.
type Attachment struct {
	Name   string
	Type   string // media type: "application/octet-stream"
	Size   int64  // bytes
	Offset int64  // of its first block in the trace file
}

// A partMeta is what a block says of the part of an attachment that it holds.
type partMeta struct {
	name, mime string
	size       uint64 // of the whole attachment
	at         uint64 // where the part begins in it
}

func (m *partMeta) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(m.name)))
	dst = append(dst, m.name...)
	dst = binary.AppendUvarint(dst, uint64(len(m.mime)))
	dst = append(dst, m.mime...)
	dst = binary.AppendUvarint(dst, m.size)
	return binary.AppendUvarint(dst, m.at)
}

func (m *partMeta) parse(b []byte, payload int) error {
	c := cursor{b: b}
	m.name = string(c.bytes(maxName))
	m.mime = string(c.bytes(maxName))
	m.size = c.number(maxAttached)
	m.at = c.number(maxAttached)
	if c.err == nil && m.at+uint64(payload) > m.size {
		return fmt.Errorf("a part of %q ends at %d and it has %d bytes", m.name, m.at+uint64(payload), m.size)
	}
	return c.err
}

// MaxAttachment is the most bytes that an attachment may have.
const MaxAttachment = maxAttached

// Attach puts data, at most MaxAttachment bytes, into the file under name,
// with its media type. Events appended before stay before it.
func (w *Writer) Attach(name, mime string, data []byte) error {
	return w.AttachFrom(name, mime, int64(len(data)), bytes.NewReader(data))
}

// AttachFrom does the same with the next size bytes of r. If r has fewer, the
// file holds what r had, and zeros for the rest.
func (w *Writer) AttachFrom(name, mime string, size int64, r io.Reader) error {
	if len(name) > maxName || len(mime) > maxName || name == "" {
		return fmt.Errorf("attaching %.40q: name and media type are 1 to %d bytes", name, maxName)
	}
	if size < 0 || size > maxAttached {
		return fmt.Errorf("attaching %q: %d bytes: at most %d are possible", name, size, maxAttached)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w.index.addAttachment(Attachment{name, mime, size, w.offset})
	m := partMeta{name: name, mime: mime, size: uint64(size)}
	part := make([]byte, min(size, partSize))
	var failed error
	for {
		part = part[:min(int64(len(part)), size-int64(m.at))]
		n := 0
		if failed == nil {
			if n, failed = io.ReadFull(r, part); failed != nil {
				failed = fmt.Errorf("attaching %q: reading its byte %d: %w", name, m.at+uint64(n), failed)
			}
		}
		clear(part[n:])
		if err := w.write(blockAttach, m.append(nil), part); err != nil {
			return err
		}
		if m.at += uint64(len(part)); m.at == m.size {
			return failed
		}
	}
}

// attached is the attachment that a Reader is in the middle of.
type attached struct {
	name string
	at   uint64 // where the next part begins
	to   io.Writer
}

func (r *Reader) attachment(offset int64, meta, payload []byte) error {
	var m partMeta
	if err := m.parse(meta, len(payload)); err != nil {
		return err
	}
	if m.at == 0 {
		a := Attachment{m.name, m.mime, int64(m.size), offset}
		r.stats.Attachments = append(r.stats.Attachments, a)
		r.part = attached{name: m.name}
		if r.attach != nil {
			r.part.to = r.attach(a)
		}
	}
	if r.part.name != m.name || r.part.at != m.at {
		r.part = attached{}
		return fmt.Errorf("attachment %q: the part before byte %d is missing", m.name, m.at)
	}
	r.part.at += uint64(len(payload))
	if r.part.to != nil {
		if _, err := r.part.to.Write(payload); err != nil {
			r.err = fmt.Errorf("writing attachment %q: %w", m.name, err)
		}
	}
	return nil
}
