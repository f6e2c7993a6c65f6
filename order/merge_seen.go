package order

// seenSpans is how many spans of numbers a mergeSeen keeps.
const seenSpans = 256

// A mergeSeen is a set of numbers that grows mostly upwards, as spans. When
// there are too many spans, the two lowest become one: the numbers between
// them then count as seen, so that nobody waits for what is long past.
type mergeSeen struct{ spans []mergeSpan }

// A mergeSpan is the numbers from lo to hi, both included.
type mergeSpan struct{ lo, hi uint64 }

func (s *mergeSeen) empty() bool { return len(s.spans) == 0 }

func (s *mergeSeen) has(n uint64) bool {
	for i := len(s.spans) - 1; i >= 0; i-- {
		if n >= s.spans[i].lo {
			return n <= s.spans[i].hi
		}
	}
	return false
}

func (s *mergeSeen) add(n uint64) {
	i := len(s.spans) // the first span above n
	for i > 0 && s.spans[i-1].lo > n {
		i--
	}
	below := i > 0 && (n <= s.spans[i-1].hi || n == s.spans[i-1].hi+1)
	above := i < len(s.spans) && n+1 == s.spans[i].lo
	switch {
	case below && above:
		s.spans[i-1].hi = s.spans[i].hi
		s.spans = append(s.spans[:i], s.spans[i+1:]...)
	case below:
		s.spans[i-1].hi = max(s.spans[i-1].hi, n)
	case above:
		s.spans[i].lo = n
	default:
		s.spans = append(s.spans, mergeSpan{})
		copy(s.spans[i+1:], s.spans[i:])
		s.spans[i] = mergeSpan{n, n}
	}
	if len(s.spans) > seenSpans {
		s.spans[0].hi = s.spans[1].hi
		s.spans = append(s.spans[:1], s.spans[2:]...)
	}
}
