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
	dst = appendTextHeader(dst, f.Name, f.Help, f.Type)
	for i := range f.Series {
		dst = appendSeries(dst, &f.Series[i])
	}
	return dst
}

func appendTextHeader(dst []byte, name, help string, t Type) []byte {
	if help != "" {
		dst = append(append(dst, "# HELP "...), name...)
		dst = append(append(dst, ' '), helpEscaper.Replace(help)...)
		dst = append(dst, '\n')
	}
	dst = append(append(dst, "# TYPE "...), name...)
	dst = append(append(dst, ' '), t...)
	return append(dst, '\n')
}

func appendSeries(dst []byte, s *Series) []byte {
	return append(appendValue(appendSeriesText(dst, s), s.Value), '\n')
}

// appendSeriesText appends what stands before the value of a series.
func appendSeriesText(dst []byte, s *Series) []byte {
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
	return append(dst, ' ')
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
