package status

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// short is a duration as people say it: its two largest units.
func short(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return d.String()
	case d < time.Hour:
		return units(d, time.Minute, "m", time.Second, "s")
	case d < 24*time.Hour:
		return units(d.Round(time.Minute), time.Hour, "h", time.Minute, "m")
	}
	return units(d.Round(time.Hour), 24*time.Hour, "d", time.Hour, "h")
}

func units(d, large time.Duration, l string, small time.Duration, s string) string {
	n, rest := d/large, d%large/small
	if rest == 0 {
		return fmt.Sprintf("%d%s", n, l)
	}
	return fmt.Sprintf("%d%s %d%s", n, l, rest, s)
}

// ago is the age of a moment.
func (s Snapshot) ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	if age := s.At.Sub(t).Round(time.Second); age > 0 {
		return short(age) + " ago"
	}
	return "just now"
}

// nextTry says when a gateway that is away is tried again.
func (s Snapshot) nextTry(t time.Time) string {
	if wait := t.Sub(s.At).Round(time.Second); wait > 0 {
		return "next try in " + short(wait)
	}
	return "trying now"
}

// stored is when a group's last push was stored.
func (s Snapshot) stored(p Push) string {
	switch {
	case !p.LastSuccess.IsZero():
		return s.ago(p.LastSuccess)
	case p.LastAttempt.IsZero() && p.LastError == "":
		return "not yet"
	}
	return "never stored"
}

// awayWords say that the gateway is away, which stands with it in full, where
// that is all there is to say of a push; else they are "".
func (s Snapshot) awayWords(p Push) string {
	for _, g := range s.Gateways {
		switch {
		case g.Place() != p.Place() || !p.Held && p.LastError != g.LastError:
		case g.State == GatewayDown:
			return fmt.Sprintf("gateway %q is down", g.Place())
		case g.State == GatewayRefusing:
			return fmt.Sprintf("gateway %q refuses pushes", g.Place())
		}
	}
	return ""
}

// size is a number of bytes in decimal units.
func size[T int | int64](n T) string {
	value, unit := float64(n), 0
	for value >= 999.5 && unit < 4 {
		value, unit = value/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return strconv.FormatFloat(value, 'f', decimals(value), 64) + " " + string("kMGT"[unit-1]) + "B"
}

func decimals(value float64) int {
	if value < 99.95 {
		return 1
	}
	return 0
}

// number is n with its thousands apart.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// plural is n of a thing.
func plural(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "series":
		return number(n) + " series"
	case thing == "push":
		return number(n) + " pushes"
	case strings.HasSuffix(thing, "y"):
		return number(n) + " " + strings.TrimSuffix(thing, "y") + "ies"
	}
	return number(n) + " " + thing + "s"
}

// pair is a label as PromQL writes it. What could change a line's look, as a line
// end or a mark of direction, is escaped.
func pair(l convert.Label) string { return l.Name + "=" + strconv.Quote(l.Value) }

// pairs are all labels in one line.
func pairs(labels convert.Labels) string {
	all := make([]string, len(labels))
	for i, l := range labels {
		all[i] = pair(l)
	}
	return strings.Join(all, " ")
}
