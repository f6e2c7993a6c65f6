package trace

import (
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

// Attach puts data, at most 1 GiB, into the file under name, with its media
// type. Events appended before stay before it.
func (w *Writer) Attach(name, mime string, data []byte) error {
	if len(name) > maxName || len(mime) > maxName || name == "" {
		return fmt.Errorf("attaching %.40q: name and media type are 1 to %d bytes", name, maxName)
	}
	if len(data) > maxAttached {
		return fmt.Errorf("attaching %q: %d bytes: at most %d are possible", name, len(data), maxAttached)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w.index.addAttachment(Attachment{name, mime, int64(len(data)), w.offset})
	m := partMeta{name: name, mime: mime, size: uint64(len(data))}
	for {
		part := data[m.at:min(m.at+partSize, m.size)]
		if err := w.write(blockAttach, m.append(nil), part); err != nil {
			return err
		}
		if m.at += uint64(len(part)); m.at == m.size {
			return nil
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
