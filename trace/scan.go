package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A scanner cuts a file into blocks whose checksums are right. Where there is
// none it looks for the next, and remembers that the file is damaged.
type scanner struct {
	r     io.Reader
	buf   []byte
	start int   // of what is not consumed, in buf
	end   int   // of what was read, in buf
	base  int64 // offset in the file of buf[0]
	rerr  error // from r; io.EOF at the end

	last    int64 // ordinal of the last block, -1 before the first
	middle  bool  // the first block read is not the file's first
	damage  *FormatError
	cut     bool  // the file ends within a block
	damaged int64 // bytes that are in no block
}

func (s *scanner) offset() int64 { return s.base + int64(s.start) }

// fill reads until n bytes are there, or as many as there are. Room grows
// with what was read, never with what was claimed.
func (s *scanner) fill(n int) bool {
	idle := 0
	for s.end-s.start < n && s.rerr == nil {
		if s.start > 0 && (s.start == s.end || s.end == len(s.buf)) {
			copy(s.buf, s.buf[s.start:s.end])
			s.base += int64(s.start)
			s.end -= s.start
			s.start = 0
		}
		if s.end == len(s.buf) {
			grown := make([]byte, max(64<<10, 2*len(s.buf)))
			copy(grown, s.buf[:s.end])
			s.buf = grown
		}
		k, err := s.r.Read(s.buf[s.end:])
		s.end += k
		s.rerr = err
		if k > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			s.rerr = io.ErrNoProgress
		}
	}
	return s.end-s.start >= n
}

// note remembers the first damage.
func (s *scanner) note(offset int64, err error) {
	if s.damage == nil {
		doing := "reading the first block"
		if s.last >= 0 {
			doing = fmt.Sprintf("reading after block %d", s.last)
		}
		s.damage = &FormatError{offset, doing, err}
	}
}

// next returns the next whole block: its frame, where it begins in the file,
// and its two parts, which are good until the next call. At the end of the
// file, and when reading fails, ok is false.
func (s *scanner) next() (f frame, offset int64, meta, payload []byte, ok bool) {
	damagedFrom := int64(-1)
	fail := func(err error) {
		if damagedFrom < 0 {
			damagedFrom = s.offset()
			s.note(damagedFrom, err)
		}
	}
	for {
		if !s.fill(frameSize) {
			return s.finish(damagedFrom)
		}
		f, err := parseFrame(s.buf[s.start:])
		if err == nil && int64(f.ordinal) <= s.last {
			err = fmt.Errorf("block %d follows block %d", f.ordinal, s.last)
		}
		if err == nil {
			if s.fill(f.size()) {
				b := s.buf[s.start : s.start+f.size()]
				meta, payload = b[frameSize:frameSize+f.meta], b[frameSize+f.meta:]
				if checksum(meta) == f.metaSum && checksum(payload) == f.dataSum {
					if s.middle {
						s.middle, s.last = false, int64(f.ordinal)-1
					}
					if damagedFrom < 0 && int64(f.ordinal) > s.last+1 {
						s.note(s.offset(), fmt.Errorf("block %d follows: what was between is missing", f.ordinal))
					}
					if damagedFrom >= 0 {
						s.damaged += s.offset() - damagedFrom
					}
					offset = s.offset()
					s.start += f.size()
					s.last = int64(f.ordinal)
					return f, offset, meta, payload, true
				}
				err = errors.New("the block's content has a wrong checksum")
			} else {
				if s.rerr != io.EOF {
					return s.finish(damagedFrom)
				}
				s.cut = true
				err = fmt.Errorf("the block has %d bytes, of which %d are there: %w", f.size(), s.end-s.start, io.ErrUnexpectedEOF)
			}
		} else if s.buf[s.start] == 0 && damagedFrom < 0 {
			if s.zeros() {
				return frame{}, 0, nil, nil, false
			}
			continue
		}
		fail(err)
		s.start++
		s.seek()
	}
}

// seek moves to where the next block may begin.
func (s *scanner) seek() {
	for s.fill(len(blockMagic)) {
		if i := bytes.Index(s.buf[s.start:s.end], []byte(blockMagic)); i >= 0 {
			s.start += i
			return
		}
		s.start = s.end - len(blockMagic) + 1
	}
}

// zeros reports whether only zeros are left: the tail of a file that was
// given room and not filled. It consumes them if so; otherwise it consumes
// those that are sure not to be part of what follows.
func (s *scanner) zeros() bool {
	from := s.offset()
	for {
		for s.start < s.end && s.buf[s.start] == 0 {
			s.start++
		}
		if s.start < s.end {
			break
		}
		if !s.fill(1) {
			return s.rerr == io.EOF
		}
	}
	s.note(from, fmt.Errorf("%d zero bytes stand between blocks", s.offset()-from))
	s.damaged += s.offset() - from
	return false
}

// finish ends the file: what is left is no block.
func (s *scanner) finish(damagedFrom int64) (f frame, offset int64, meta, payload []byte, ok bool) {
	left := s.buf[s.start:s.end]
	if s.rerr == io.EOF && len(left) > 0 && damagedFrom < 0 && len(bytes.Trim(left, "\x00")) > 0 {
		damagedFrom = s.offset()
		s.cut = true
		s.note(damagedFrom, fmt.Errorf("%d bytes are no whole block: %w", len(left), io.ErrUnexpectedEOF))
	}
	s.start = s.end
	if damagedFrom >= 0 {
		s.damaged += s.offset() - damagedFrom
	}
	return frame{}, 0, nil, nil, false
}

// error returns what ends the file: io.EOF, or the first damage.
func (s *scanner) error() error {
	switch {
	case s.rerr != nil && s.rerr != io.EOF:
		return fmt.Errorf("reading trace at byte %d: %w", s.offset(), s.rerr)
	case s.damage == nil:
		return io.EOF
	case s.cut && !errors.Is(s.damage, io.ErrUnexpectedEOF):
		d := *s.damage
		d.Err = fmt.Errorf("%w; and the file ends within a block: %w", d.Err, io.ErrUnexpectedEOF)
		return &d
	}
	return s.damage
}
