package oracle

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
)

// A Shape is what a target serves.
type Shape struct {
	Series   int
	Changing bool // the set is another one at each scrape
}

// A line is one series of an exposition.
type line struct {
	name, labels string // labels sorted, as in {a="b",c="d"} without the braces
	value        float64
}

func (l line) String() string {
	return l.name + "{" + l.labels + "} " + strconv.FormatFloat(l.value, 'g', -1, 64)
}

// hash is of the name, the labels and the bits of the value.
func (l line) hash() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s{%s}%x", l.name, l.labels, math.Float64bits(l.value))
	return h.Sum64()
}

// sumOf is the same for any order of the lines.
func sumOf(lines []line) (sum uint64) {
	for _, l := range lines {
		sum += l.hash()
	}
	return sum
}

// The families that tell the oracle what a body is.
const (
	scrapesName = "oracle_scrapes_total"
	sumName     = "oracle_body" // its label sum is sumOf all others
)

// body returns the answer of a target to its scrape number n. No two numbers
// have a value in common.
func (s Shape) body(target string, n uint64) string {
	var b strings.Builder
	previous := ""
	for _, l := range s.lines(target, n) {
		if family, kind := familyOf(l.name); family != previous {
			fmt.Fprintf(&b, "# HELP %s Of the oracle.\n# TYPE %s %s\n", family, family, kind)
			previous = family
		}
		b.WriteString(l.String() + "\n")
	}
	return b.String()
}

func (s Shape) lines(target string, n uint64) []line {
	self := `target="` + target + `"`
	lines := []line{{scrapesName, self, float64(n)}}
	for i := range s.count(n) {
		lines = append(lines, line{"oracle_value", fmt.Sprintf(`i="%d",%s`, i, self), float64(n) + float64(i)/8192})
	}
	lines = append(lines, histogram(self, n)...)
	return append(lines, line{sumName, fmt.Sprintf(`sum="%016x",%s`, sumOf(lines), self), 1})
}

// numberOf returns the number of the scrape that a line is of, 0 where it does
// not say.
func numberOf(l line) uint64 {
	switch l.name {
	case scrapesName, "oracle_value":
		return uint64(l.value)
	case "oracle_seconds_sum":
		return uint64(2 * l.value)
	case "oracle_seconds_count":
		return uint64(l.value / 3)
	case "oracle_seconds_bucket":
		return uint64(l.value / float64(map[byte]int{'0': 1, '1': 2, '+': 3}[l.labels[len(`le="`)]]))
	}
	return 0
}

// count is the number of values in the scrape number n.
func (s Shape) count(n uint64) int {
	if !s.Changing {
		return s.Series
	}
	return 1 + int(n*2654435761%uint64(s.Series))
}

// histogram has whole numbers, which a gateway keeps as they are (contract C30).
func histogram(self string, n uint64) []line {
	return []line{
		{"oracle_seconds_bucket", `le="0.5",` + self, float64(n)},
		{"oracle_seconds_bucket", `le="1",` + self, float64(2 * n)},
		{"oracle_seconds_bucket", `le="+Inf",` + self, float64(3 * n)},
		{"oracle_seconds_sum", self, float64(n) / 2},
		{"oracle_seconds_count", self, float64(3 * n)},
	}
}

func familyOf(name string) (family, kind string) {
	switch {
	case name == scrapesName:
		return name, "counter"
	case strings.HasPrefix(name, "oracle_seconds"):
		return "oracle_seconds", "histogram"
	}
	return name, "gauge"
}
