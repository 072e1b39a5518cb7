package convert

import (
	"fmt"
	"strconv"
	"strings"
)

// A SyntaxError is a body that is not in its format. Line and Column count
// from 1; Column is in bytes. In protobuf Line is 0, and Column counts from the
// beginning of the body to that of the message.
type SyntaxError struct {
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return "protobuf, byte " + strconv.Itoa(e.Column) + ": " + e.Message
	}
	return "line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Message
}

func (r *reader) errorAt(pos int, format string, args ...any) error {
	before := r.in[:pos]
	line, column := strings.Count(before, "\n")+1, pos-strings.LastIndexByte(before, '\n')
	if line == 1 {
		column += r.column
	}
	return &SyntaxError{
		Line:    line,
		Column:  column,
		Message: fmt.Sprintf(format, args...),
	}
}

// A LimitError is a scrape that is over a limit of its job. As in Prometheus
// all of it is refused.
type LimitError struct {
	Limit   string // the name of the limit in the configuration
	Message string
}

func (e *LimitError) Error() string { return e.Limit + " exceeded: " + e.Message }
