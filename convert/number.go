package convert

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/prometheus/prometheus/model/labels"
)

// skipNumber returns the index behind the number that begins at b[i], or -1 if
// what stands there is none or an unusual one. Something that is no part of a
// number follows in b.
func skipNumber(b []byte, i int) int {
	if b[i] == '-' || b[i] == '+' {
		i++
	}
	start := i
	for isDigit(b[i]) {
		i++
	}
	digits := i - start
	if b[i] == '.' {
		i++
		fraction := i
		for isDigit(b[i]) {
			i++
		}
		digits += i - fraction
	}
	switch {
	case digits == 0:
		return skipWord(b, start)
	case b[i]|0x20 == 'e':
		return skipExponent(b, start, i+1)
	case digits > 300:
		return inRange(b, start, i)
	}
	return i
}

// skipExponent goes on behind the e of a number.
func skipExponent(b []byte, start, i int) int {
	if b[i] == '-' || b[i] == '+' {
		i++
	}
	exponent := i
	for isDigit(b[i]) {
		i++
	}
	switch {
	case i == exponent:
		return -1
	case i > exponent+2 || exponent > start+200:
		return inRange(b, start, i)
	}
	return i
}

// inRange returns end unless the number before it is too large for a float64.
func inRange(b []byte, start, end int) int {
	if _, err := strconv.ParseFloat(text(b[start:end]), 64); err != nil {
		return -1
	}
	return end
}

// skipWord takes NaN without a sign, and Inf with or without.
func skipWord(b []byte, i int) int {
	switch {
	case i+3 > len(b):
	case string(b[i:i+3]) == "Inf":
		return i + 3
	case string(b[i:i+3]) == "NaN" && (i == 0 || b[i-1] != '-' && b[i-1] != '+'):
		return i + 3
	}
	return -1
}

// number returns the value of a number that was checked. Most are exact in a
// product or quotient of two float64.
func number(token []byte) float64 {
	mantissa, exponent, negative, ok := decimal(token)
	if !ok || mantissa >= 1<<53 || exponent < -22 || exponent > 22 {
		v, _ := strconv.ParseFloat(text(token), 64)
		return v
	}
	v := float64(mantissa)
	if exponent < 0 {
		v /= powers[-exponent]
	} else {
		v *= powers[exponent]
	}
	if negative {
		return math.Copysign(v, -1)
	}
	return v
}

// decimal takes a short decimal number apart.
func decimal(token []byte) (mantissa uint64, exponent int, negative, ok bool) {
	if len(token) == 0 || len(token) > 19 {
		return 0, 0, false, false
	}
	i := 0
	if token[0] == '-' || token[0] == '+' {
		negative = token[0] == '-'
		i++
	}
	point := -1
	for ; i < len(token); i++ {
		c := token[i]
		if isDigit(c) {
			mantissa = mantissa*10 + uint64(c-'0')
		} else if c == '.' {
			point = i + 1
		} else {
			break
		}
	}
	if point >= 0 {
		exponent = point - i
	}
	if i == len(token) {
		return mantissa, exponent, negative, true
	}
	if token[i]|0x20 != 'e' {
		return 0, 0, false, false
	}
	e, err := strconv.Atoi(text(token[i+1:]))
	return mantissa, exponent + e, negative, err == nil
}

var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// normalNumber is the one spelling that Prometheus 3 has for a number of le in
// histograms and of quantile in summaries (normalizeFloatsInLabelValues of its
// model/textparse).
func normalNumber(written string) string {
	f, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return written
	}
	return labels.FormatOpenMetricsFloat(f)
}

// text is b as a string without a copy: it lives as long as b does not change.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
