package trace

import (
	"errors"
	"fmt"
	"math/bits"
)

// Entities move on from where they were. A linked column of ids says of each
// event how many events of its kind before it the same entity is, 0 for the
// first time; along these links positions are predicted from the one or the
// two before. Readers need no map of entities for that, only the links.

// links is what an encoder knows of one kind's entities.
type links struct {
	back   []uint64 // for each event, how far back the same entity is; 0: not in this block
	on     bool
	fresh  []uint64
	res    [3][]uint64
	keys   []uint64 // an open hash of entities
	events []int32  // the event that last had the entity
	round  []uint32
	now    uint32
}

// minLinked is how many events a linked kind has at least.
const minLinked = 64

// find fills back and fresh and reports whether linking is worth its while:
// at least half of the events have a link.
func (l *links) find(ids []uint64) bool {
	l.back, l.fresh, l.on = l.back[:0], l.fresh[:0], false
	if len(ids) < minLinked {
		return false
	}
	size := 1 << bits.Len(uint(2*len(ids)))
	if len(l.keys) < size {
		l.keys, l.events, l.round = make([]uint64, size), make([]int32, size), make([]uint32, size)
		l.now = 0
	}
	if l.now++; l.now == 0 {
		clear(l.round)
		l.now = 1
	}
	mask := uint64(len(l.keys) - 1)
	for i, id := range ids {
		at := id * 0x9e3779b97f4a7c15 >> 20 & mask
		for l.round[at] == l.now && l.keys[at] != id {
			at = (at + 1) & mask
		}
		if l.round[at] == l.now {
			l.back = append(l.back, uint64(i)-uint64(l.events[at]))
		} else {
			l.back = append(l.back, 0)
			l.fresh = append(l.fresh, id)
			l.round[at], l.keys[at] = l.now, id
			if len(l.fresh) > len(ids)/2 {
				return false
			}
		}
		l.events[at] = int32(i)
	}
	l.on = true
	return true
}

// appendIDs appends the column of the entities of a kind that has positions,
// linked if that is worth its while.
func (c *encoder) appendIDs(dst []byte, ids []uint64) []byte {
	if !c.links.find(ids) {
		return c.appendInts(dst, ids)
	}
	return c.appendAlong(dst, codecLinked, nil, c.links.back, c.links.fresh)
}

// appendPredicted appends the column of v, one value for each event of the
// kind that is linked, predicted along the links if that makes it smaller.
func (c *encoder) appendPredicted(dst []byte, v []uint64) []byte {
	l := &c.links
	if !l.on || len(v) != len(l.back) {
		return c.appendInts(dst, v)
	}
	order := l.order(v)
	if order == 0 {
		return c.appendInts(dst, v)
	}
	for i := range l.res {
		l.res[i] = room(l.res[i], len(v))
	}
	fresh, second, later := l.res[0], l.res[1][:len(v)], l.res[2][:len(v)]
	n, n1, n2 := 0, 0, 0
	links := l.back[:len(v)]
	for i, x := range v {
		back := int(links[i])
		if back == 0 {
			fresh[n] = x
			n++
			continue
		}
		prev := i - back
		if order == 2 {
			if before := int(links[prev]); before != 0 {
				later[n2] = zigzag(int64(x - 2*v[prev] + v[prev-before]))
				n2++
				continue
			}
		}
		second[n1] = zigzag(int64(x - v[prev]))
		n1++
	}
	return c.appendAlong(dst, codecPredicted, []byte{order}, fresh[:n], second[:n1], later[:n2])
}

// order returns the order of prediction with which v takes the fewest bits in
// a sample of it, or 0 if predicting it does not make it smaller.
func (l *links) order(v []uint64) byte {
	low, high := v[0], v[0]
	// Of those with two before, what each order of prediction would take.
	bitsOf1, bitsOf2, rest, fresh, looked := 0, 0, 0, 0, 0
	each, every := stretches(len(v))
	for from := 0; from < len(v); from += every {
		end := min(from+each, len(v))
		looked += end - from
		for i := from; i < end; i++ {
			x := v[i]
			low, high = min(low, x), max(high, x)
			back := l.back[i]
			if back == 0 {
				fresh++
				continue
			}
			prev := i - int(back)
			one := bits.Len64(zigzag(int64(x - v[prev])))
			before := l.back[prev]
			if before == 0 {
				rest += one
				continue
			}
			bitsOf1 += one
			bitsOf2 += bits.Len64(zigzag(int64(x - 2*v[prev] + v[prev-int(before)])))
		}
	}
	width := widthOf(high - low)
	switch {
	case (min(bitsOf1, bitsOf2)+rest+fresh*width)*9/8 >= looked*width:
		return 0
	case bitsOf1 <= bitsOf2:
		return 1
	}
	return 2
}

// appendAlong appends a column whose body is head and columns, but for those
// that are empty.
func (c *encoder) appendAlong(dst []byte, codec int, head []byte, columns ...[]uint64) []byte {
	c.depth, c.along = 1, true
	body := append(c.rooms[0].body[:0], head...)
	for _, v := range columns {
		if len(v) > 0 {
			body = c.appendInts(body, v)
		}
	}
	c.depth, c.along = 0, false
	c.rooms[0].body = body
	return appendBody(dst, codec, body)
}

// readIDs is readInts of the entities of a kind that may be linked.
func (d *decoder) readIDs(b []byte, out []uint64) (rest []byte, err error) {
	codec, body, rest, err := column(b)
	if err != nil {
		return nil, err
	}
	if codec != codecLinked {
		return rest, d.ints(codec, body, out)
	}
	return rest, d.readLinked(out, body)
}

func (d *decoder) readLinked(out []uint64, b []byte) error {
	links := room(d.links, len(out))
	b, err := d.readInts(b, links)
	if err != nil {
		return err
	}
	fresh := 0
	for i, back := range links {
		if back > uint64(i) {
			return fmt.Errorf("event %d is linked to one %d before it", i, back)
		}
		if back == 0 {
			fresh++
		}
	}
	d.fresh, d.second = fresh, -1
	d.residues = room(d.residues, fresh)
	if fresh > 0 {
		if b, err = d.readInts(b, d.residues); err != nil {
			return err
		}
	}
	if len(b) > 0 {
		return errLongColumn
	}
	fresh = 0
	for i, back := range links {
		if back == 0 {
			out[i] = d.residues[fresh]
			fresh++
			continue
		}
		out[i] = out[i-int(back)]
	}
	d.links = links
	return nil
}

func (d *decoder) readPredicted(out []uint64, b []byte) error {
	links := d.links
	if len(links) != len(out) {
		return errors.New("a predicted column is not of a linked kind")
	}
	if len(b) == 0 || b[0] < 1 || b[0] > 2 {
		return errors.New("a predicted column is neither of order 1 nor of order 2")
	}
	order := b[0]
	b = b[1:]
	n := [3]int{d.fresh, len(links) - d.fresh}
	if order == 2 {
		if d.second < 0 {
			d.second = seconds(links) - d.fresh
		}
		n[1], n[2] = d.second, n[1]-d.second
	}
	d.residues = room(d.residues, len(out))
	var res [3][]uint64
	at := 0
	for i := range res {
		res[i] = d.residues[at : at+n[i]]
		at += n[i]
		if n[i] > 0 {
			var err error
			if b, err = d.readInts(b, res[i]); err != nil {
				return err
			}
		}
	}
	if len(b) > 0 {
		return errLongColumn
	}
	first, second, later := res[0], res[1], res[2]
	for i, back := range links {
		if back == 0 {
			out[i], first = first[0], first[1:]
			continue
		}
		prev := i - int(back)
		if order == 2 && links[prev] != 0 {
			out[i] = 2*out[prev] - out[prev-int(links[prev])] + uint64(unzigzag(later[0]))
			later = later[1:]
			continue
		}
		out[i] = out[prev] + uint64(unzigzag(second[0]))
		second = second[1:]
	}
	return nil
}

// seconds counts the links that are 0 or to one that is 0.
func seconds(links []uint64) (n int) {
	for i, back := range links {
		if links[i-int(back)] == 0 {
			n++
		}
	}
	return n
}
