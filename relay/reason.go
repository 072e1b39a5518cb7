package relay

import (
	"context"
	"errors"
	"fmt"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/scrape"
)

// explain adds to an error of the converter what it does not know.
func (t *Target) explain(err error, from *scrape.Exposition) error {
	var syntax *convert.SyntaxError
	var limit *convert.LimitError
	switch {
	case errors.As(err, &syntax) && from.Where != nil:
		return fmt.Errorf("parse %s: column %d: %w", from.Where(syntax.Line), syntax.Column, messageOf{syntax})
	case errors.As(err, &syntax):
		return fmt.Errorf("parse %s: %w", t.Address, err)
	case errors.As(err, &limit):
		return fmt.Errorf("scrape %s: %w", t.Address, err)
	}
	return err
}

// messageOf is a SyntaxError whose place was said already.
type messageOf struct{ *convert.SyntaxError }

func (m messageOf) Error() string { return m.Message }
func (m messageOf) Unwrap() error { return m.SyntaxError }

// A panicError is a cycle that panicked.
type panicError struct {
	address string
	value   any
	stack   []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("scrape %s: panic: %v", e.address, e.value) }

func isPanic(err error) bool {
	var panicked *panicError
	return errors.As(err, &panicked)
}

// reasonOf says in one word why a cycle failed, for a metric's label.
func reasonOf(err error) string {
	var syntax *convert.SyntaxError
	var limit *convert.LimitError
	switch {
	case errors.As(err, &syntax):
		return "parse"
	case errors.As(err, &limit):
		return limit.Limit
	case isPanic(err):
		return "panic"
	case scrape.ReasonOf(err) != "":
		return string(scrape.ReasonOf(err))
	case errors.Is(err, context.DeadlineExceeded):
		return string(scrape.ReasonTimeout)
	}
	return "other"
}
