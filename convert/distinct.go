package convert

import (
	"encoding/binary"
	"slices"
)

// Distinct returns the body without those series that stand in it before, and
// their number; body itself where there is none. Series are the same where
// name and labels are, in any order; as in Prometheus the first one stays. In
// protobuf a histogram or summary stays or goes whole.
//
// As nearly no body has any, the search is by hash, and a family is decoded
// only where two hashes are equal.
func (f Format) Distinct(body []byte) (distinct []byte, dropped int) {
	var seen hashSet
	done := 0
	for b := range f.Blocks(body) {
		kept := b.Raw
		if b.repeats(&seen) {
			var n int
			if kept, n = b.distinct(); n > 0 && dropped == 0 {
				distinct = slices.Grow(distinct, len(body))
				distinct = append(distinct, body[:done]...)
			}
			dropped += n
		}
		if dropped > 0 {
			distinct = append(distinct, kept...)
		}
		done += len(b.Raw)
	}
	if dropped == 0 {
		return body, 0
	}
	return distinct, dropped
}

// repeats tells whether two series have the same hash.
func (b Block) repeats(seen *hashSet) bool {
	if b.format == Protobuf {
		return b.repeatsMetric(seen)
	}
	return b.repeatsLine(seen)
}

// distinct compares the series themselves, and returns the block with the
// first of each.
func (b Block) distinct() (kept []byte, dropped int) {
	if b.format == Protobuf {
		return b.distinctMetrics()
	}
	return b.distinctLines()
}

func (b Block) repeatsLine(seen *hashSet) bool {
	if lineAfter(b.lines, 0) == len(b.lines) {
		return false // one alone, as in most families
	}
	seen.reset(b.countText() + 1) // the last one may lack its line break
	for rest := b.lines; len(rest) > 0; {
		var line textLine
		line, rest = cutLine(rest)
		if !seen.add(hashLine(line)) {
			return true
		}
	}
	return false
}

func (b Block) distinctLines() (kept []byte, dropped int) {
	kept = slices.Clone(b.Raw[:len(b.Raw)-len(b.lines)])
	names, seen := make(interned), make(map[string]bool)
	for rest := b.lines; len(rest) > 0; {
		var line textLine
		line, rest = cutLine(rest)
		ls, err := line.decodeLabels(names)
		key := string(line.name) + "\xfe" + ls.Key()
		if err == nil && seen[key] {
			dropped++
			continue
		}
		seen[key] = seen[key] || err == nil
		kept = append(kept, line.raw...)
	}
	return kept, dropped
}

func (b Block) repeatsMetric(seen *hashSet) bool {
	n := 0
	for f := range fields(b.message) {
		if f.tag == tagFamilyMetric {
			n++
		}
	}
	if n < 2 {
		return false
	}
	seen.reset(n)
	for f := range fields(b.message) {
		if f.tag == tagFamilyMetric && !seen.add(hashMetric(f.data)) {
			return true
		}
	}
	return false
}

func (b Block) distinctMetrics() (kept []byte, dropped int) {
	message, seen := make([]byte, 0, len(b.message)), make(map[string]bool)
	for f := range fields(b.message) {
		if f.tag == tagFamilyMetric {
			ls, err := decodeLabels(f.data)
			key := ls.Key()
			if err == nil && seen[key] {
				dropped += seriesOf(f.data, b.Type)
				continue
			}
			seen[key] = seen[key] || err == nil
		}
		message = append(message, f.raw...)
	}
	kept = binary.AppendUvarint(nil, uint64(len(message)))
	return append(kept, message...), dropped
}
