package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

// A Description is what a gateway says of itself (contract C55; from 1.2.0 on).
type Description struct {
	Version string            // as it was built: "1.11.3"; may be "" or "devel"
	Flags   map[string]string // all of them, without the dashes in front
	Started time.Time         // by the gateway's clock; zero: it does not say
}

// From tells whether the version is that one or a later one; false where it says
// none that can be read.
func (d Description) From(major, minor int) bool { return parseVersion(d.Version).from(major, minor) }

// HasVersion tells whether it says one that can be read.
func (d Description) HasVersion() bool { return parseVersion(d.Version).known() }

// Describe asks the gateway for its version and its flags. A *StatusError in the
// chain of the error is an answer; it takes at most Timeout.
func (g *Gateway) Describe(ctx context.Context) (Description, error) {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	const path = "/api/v1/status"
	body, err := g.get(ctx, path)
	if err != nil {
		return Description{}, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, statusLimit))
	if err != nil {
		return Description{}, fmt.Errorf("get %s: %w", g.urlOf(path), err)
	}
	d, err := parseDescription(text)
	if err == nil && len(d.Flags) == 0 {
		err = errNoFlags
	}
	if err != nil {
		return d, fmt.Errorf("get %s: %w", g.urlOf(path), &AnswerError{Err: err, Page: answers.ShowsPage(nil, text)})
	}
	return d, nil
}

// An AnswerError is an answer with status 200 that no Pushgateway gives.
type AnswerError struct {
	Err  error
	Page bool // it is a web page
}

func (e *AnswerError) Error() string { return "the answer is not a Pushgateway's: " + e.Err.Error() }
func (e *AnswerError) Unwrap() error { return e.Err }

var errNoFlags = errors.New("it has no flags")

func parseDescription(text []byte) (d Description, err error) {
	var status struct {
		Data struct {
			Flags            map[string]string
			BuildInformation struct{ Version string } `json:"build_information"`
			StartTime        json.RawMessage          `json:"start_time"`
		}
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return d, err
	}
	d = Description{Version: status.Data.BuildInformation.Version, Flags: status.Data.Flags}
	if json.Unmarshal(status.Data.StartTime, &d.Started) != nil {
		d.Started = time.Time{}
	}
	return d, nil
}
