package scrape

import "context"

// A Refused is the source of a target that is not to be scraped: each scrape
// fails, and the target's series say so.
type Refused struct{ Err *Error }

// Scrape returns the error.
func (r Refused) Scrape(context.Context) (*Exposition, error) { return nil, r.Err }
