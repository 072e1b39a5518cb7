package convert

import (
	"math"
	"strconv"
	"strings"
)

// appendText appends a family in the text format 0.0.4 and returns the longer
// slice. A family always has its TYPE line, so that the gateway does not take
// it for untyped (contract C37).
func appendText(dst []byte, f *Family) []byte {
	if f.Help != "" {
		dst = append(dst, "# HELP "...)
		dst = append(dst, f.Name...)
		dst = append(dst, ' ')
		dst = append(dst, helpEscaper.Replace(f.Help)...)
		dst = append(dst, '\n')
	}
	dst = append(dst, "# TYPE "...)
	dst = append(dst, f.Name...)
	dst = append(dst, ' ')
	dst = append(dst, f.Type...)
	dst = append(dst, '\n')
	for i := range f.Series {
		dst = appendSeries(dst, &f.Series[i])
	}
	return dst
}

func appendSeries(dst []byte, s *Series) []byte {
	dst = append(dst, s.Name...)
	separator := byte('{')
	for _, l := range s.Labels {
		dst = append(dst, separator)
		dst = append(dst, l.Name...)
		dst = append(dst, '=', '"')
		dst = append(dst, valueEscaper.Replace(l.Value)...)
		dst = append(dst, '"')
		separator = ','
	}
	if len(s.Labels) > 0 {
		dst = append(dst, '}')
	}
	dst = append(dst, ' ')
	return append(appendValue(dst, s.Value), '\n')
}

// appendValue writes a number in the shortest form that reads back the same.
func appendValue(dst []byte, v float64) []byte {
	switch {
	case math.IsInf(v, 1):
		return append(dst, "+Inf"...)
	case math.IsInf(v, -1):
		return append(dst, "-Inf"...)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

var (
	helpEscaper  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	valueEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)
