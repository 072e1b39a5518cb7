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
		dst = appendName(append(dst, "# HELP "...), name)
		dst = append(append(dst, ' '), helpEscaper.Replace(help)...)
		dst = append(dst, '\n')
	}
	dst = appendName(append(dst, "# TYPE "...), name)
	dst = append(append(dst, ' '), t...)
	return append(dst, '\n')
}

func appendSeries(dst []byte, s *Series) []byte {
	return append(appendValue(appendSeriesText(dst, s), s.Value), '\n')
}

// appendSeriesText appends what stands before the value of a series.
func appendSeriesText(dst []byte, s *Series) []byte {
	separator := byte('{')
	if !isClassicName(s.Name) {
		dst = append(dst, separator)
		separator = ','
	}
	dst = appendName(dst, s.Name)
	for _, l := range s.Labels {
		dst = append(dst, separator)
		dst = appendLabelName(dst, l.Name)
		dst = append(dst, '=', '"')
		dst = append(dst, valueEscaper.Replace(l.Value)...)
		dst = append(dst, '"')
		separator = ','
	}
	if separator == ',' {
		dst = append(dst, '}')
	}
	return append(dst, ' ')
}

// appendName writes a UTF-8 name in quotes, as version 1.0.0 has it. No gateway
// gets such a text, but one that did must not take a part of the name for a line.
func appendName(dst []byte, name string) []byte {
	if isClassicName(name) {
		return append(dst, name...)
	}
	return appendQuoted(dst, name)
}

func appendLabelName(dst []byte, name string) []byte {
	if isClassicLabel(name) {
		return append(dst, name...)
	}
	return appendQuoted(dst, name)
}

func appendQuoted(dst []byte, name string) []byte {
	dst = append(append(dst, '"'), valueEscaper.Replace(name)...)
	return append(dst, '"')
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
