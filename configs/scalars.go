package configs

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/zclconf/go-cty/cty"
)

// duration reads a Prometheus duration above zero.
func (s *section) duration(name string, fallback time.Duration) time.Duration {
	t, ok := s.text(name)
	if !ok {
		return fallback
	}
	d, err := model.ParseDuration(t.value)
	if err != nil || d == 0 {
		s.refuse(name, t.at, "Not a positive duration", `%s is %s; write a duration above zero, such as "15s" or "1m30s".`, name, quote(t.value))
		return fallback
	}
	return time.Duration(d)
}

// size reads a number of bytes of at least least: "32MB", or a plain number.
func (s *section) size(name string, fallback, least int64) int64 {
	t, ok := s.text(name)
	if !ok {
		return fallback
	}
	n, err := ParseSize(t.value)
	if err != nil || n < least {
		s.refuse(name, t.at, "Not a size in bytes", `%s is %s; write a whole number with a unit, such as "32MB", of at least %s.`, name, quote(t.value), sizeText(least))
		return fallback
	}
	return n
}

// integer reads a whole number of at least least.
func (s *section) integer(name string, fallback, least int) int {
	v, ok := s.attribute(name, cty.Number)
	if !ok {
		return fallback
	}
	f := v.AsBigFloat()
	n, accuracy := f.Int64()
	if !f.IsInt() || accuracy != 0 || n < int64(least) || n > math.MaxInt32 {
		s.refuse(name, s.at(name), "Number out of range", "%s is %s; write a whole number from %d to %d.", name, f.Text('g', 12), least, math.MaxInt32)
		return fallback
	}
	return int(n)
}

// choice reads one of a few words.
func (s *section) choice(name, fallback string, words ...string) string {
	t, ok := s.text(name)
	if !ok {
		return fallback
	}
	if !slices.Contains(words, t.value) {
		s.refuse(name, t.at, "Not one of the choices", "%s is %s; write %s.%s", name, quote(t.value), alternatives(words), didYouMean(t.value, words))
		return fallback
	}
	return t.value
}

// expression reads an anchored regular expression; nil without one.
func (s *section) expression(name string) *regexp.Regexp {
	t, ok := s.text(name)
	if !ok {
		return nil
	}
	_, err := regexp.Compile(t.value) // its text has no anchors in it
	anchored, anchoredErr := regexp.Compile(anchors(t.value))
	if err := cmp.Or(err, anchoredErr); err != nil {
		s.refuse(name, t.at, "Bad regular expression", "%s has a mistake in its RE2 syntax: %s.", name, err)
		return nil
	}
	return anchored
}

// anchors are put around an expression.
func anchors(expr string) string { return "^(?:" + expr + ")$" }

// anchored compiles an expression that is known to be good.
func anchored(expr string) *regexp.Regexp { return regexp.MustCompile(anchors(expr)) }

// ParseSize reads a whole number of bytes. Units are powers of 1024, as
// Prometheus reads them in its configuration: KB and KiB are alike.
func ParseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "KMGTPEiB")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, err
	}
	unit := strings.TrimSuffix(strings.TrimSuffix(s[len(digits):], "B"), "i")
	power := strings.Index(sizeUnits, unit) + 1
	if unit == "" {
		power = 0
	}
	switch {
	case unit != "" && (len(unit) > 1 || power == 0):
		return 0, fmt.Errorf("unknown unit %q", s[len(digits):])
	case n > math.MaxInt64>>(10*power):
		return 0, errors.New("too large")
	}
	return n << (10 * power), nil
}

// sizeText writes a number of bytes as ParseSize reads it.
func sizeText(n int64) string {
	for power := len(sizeUnits); power > 0; power-- {
		if n > 0 && n%(1<<(10*power)) == 0 {
			return strconv.FormatInt(n>>(10*power), 10) + sizeUnits[power-1:power] + "B"
		}
	}
	return strconv.FormatInt(n, 10)
}

const sizeUnits = "KMGTPE"

// quote shows a value of the configuration, shortened.
func quote(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%.80q…", s)
	}
	return strconv.Quote(s)
}

// alternatives writes "a", "b" or "c".
func alternatives(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	last := len(quoted) - 1
	if last == 0 {
		return quoted[0]
	}
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}
