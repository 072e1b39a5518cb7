package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// A StoredGroup is a group as a gateway shows it, whoever pushed it.
type StoredGroup struct {
	// Labels are the grouping key; nil where the gateway does not show it.
	Labels convert.Labels
	// Identified tells that Labels are all of the key. They are not where a
	// metric named labels or last_push_successful stands in the place of what
	// the gateway says (contract C54), nor where a label is empty: no path of
	// GroupPath names that group.
	Identified bool
	// NeverPushed is what a refused first push leaves: a group with a push time
	// of 0 (contract C7).
	NeverPushed        bool
	PushTime           time.Time // of the last success; zero: never, or it is not shown
	PushFailureTime    time.Time // of the last refusal; zero likewise
	LastPushSuccessful bool
	Types              map[string]convert.Type // of its families, the push times among them
}

// storedTimeout bounds one reading of a gateway: its whole store comes back.
const storedTimeout = time.Minute

// Stored reads what the gateway holds (contract C54; from 1.2.0 on), also where
// its /metrics is broken. It calls visit for each group, until that is false;
// only one group is in memory at a time. It takes a minute at most, or Timeout
// where that is longer. Reading is dear: nothing may do it periodically.
func (g *Gateway) Stored(ctx context.Context, visit func(StoredGroup) bool) error {
	ctx, cancel := context.WithTimeout(ctx, max(g.Timeout, storedTimeout))
	defer cancel()
	body, err := g.get(ctx, "/api/v1/metrics")
	if err != nil {
		return err
	}
	defer body.Close()
	if err := readStored(&cappedReader{from: body, left: storedLimit}, visit); err != nil {
		return fmt.Errorf("get %s: %w", g.urlOf("/api/v1/metrics"), err)
	}
	return nil
}

// A storedReader takes the answer apart, value by value.
type storedReader struct {
	json  *json.Decoder
	visit func(StoredGroup) bool
}

func readStored(from io.Reader, visit func(StoredGroup) bool) error {
	return (&storedReader{json: json.NewDecoder(from), visit: visit}).read()
}

// read finds the list of groups among the fields of the answer.
func (r *storedReader) read() error {
	if err := r.expect(json.Delim('{')); err != nil {
		return err
	}
	for r.json.More() {
		name, err := r.name()
		if err != nil {
			return err
		}
		if name == "data" {
			return r.groups()
		}
		var other skipped
		if err := r.json.Decode(&other); err != nil {
			return explained(err)
		}
	}
	if err := r.expect(json.Delim('}')); err != nil {
		return err
	}
	return errors.New("the answer has no data; is it a Pushgateway?")
}

func (r *storedReader) groups() error {
	if err := r.expect(json.Delim('[')); err != nil {
		return err
	}
	for r.json.More() {
		group, err := r.group()
		if err != nil {
			return err
		}
		if !r.visit(group) {
			return nil
		}
	}
	return r.expect(json.Delim(']'))
}

func (r *storedReader) group() (StoredGroup, error) {
	g := shownGroup{StoredGroup: StoredGroup{Types: make(map[string]convert.Type)}}
	if err := r.expect(json.Delim('{')); err != nil {
		return g.StoredGroup, err
	}
	for r.json.More() {
		name, err := r.name()
		if err == nil {
			err = r.field(&g, name)
		}
		if err != nil {
			return g.StoredGroup, err
		}
	}
	g.Identified = g.keyShown && g.successShown && g.Labels.Has("job")
	return g.StoredGroup, r.expect(json.Delim('}'))
}

// A shownGroup is a group that is being read.
type shownGroup struct {
	StoredGroup
	keyShown, successShown bool
}

// A field of a group is one of two of the gateway's, or a family.
func (r *storedReader) field(g *shownGroup, name string) error {
	switch name {
	case "labels":
		var labels map[string]string // a family has other values than strings
		shown, err := r.decode(&labels)
		if g.keyShown = shown && labels != nil; g.keyShown {
			g.Labels = convert.LabelsOf(labels)
			g.keyShown = len(g.Labels) == len(labels)
		}
		return err
	case "last_push_successful":
		var err error
		g.successShown, err = r.decode(&g.LastPushSuccessful)
		return err
	case "push_time_seconds":
		var zero bool
		var err error
		g.PushTime, zero, err = r.time(g, name)
		g.NeverPushed = zero
		return err
	case "push_failure_time_seconds":
		var err error
		g.PushFailureTime, _, err = r.time(g, name)
		return err
	}
	var f struct{ Type string }
	return r.family(g, name, &f, &f.Type)
}

// family decodes into f, where its type is, too. What is no family is passed
// over: a later gateway may say more of a group.
func (r *storedReader) family(g *shownGroup, name string, f any, typed *string) error {
	known, err := r.decode(f)
	if known && *typed != "" && len(g.Types) < maxTypes {
		g.Types[name] = convert.Type(strings.ToLower(*typed))
	}
	return err
}

// time returns the value of a family that the gateway makes itself, and whether
// it is 0.
func (r *storedReader) time(g *shownGroup, name string) (at time.Time, zero bool, err error) {
	var f struct {
		Type    string
		Metrics []struct{ Value string }
	}
	if err := r.family(g, name, &f, &f.Type); err != nil || len(f.Metrics) != 1 {
		return at, false, err
	}
	seconds, err := strconv.ParseFloat(f.Metrics[0].Value, 64)
	if err != nil || !(seconds > 0 && seconds < maxSeconds) {
		return at, err == nil && seconds == 0, nil
	}
	whole, rest := math.Modf(seconds)
	return time.Unix(int64(whole), int64(rest*1e9)), false, nil
}

// maxSeconds is the year 9999: a client can store a failure time of its own
// (contract C41).
const maxSeconds = 253402300800

// decode is false where the value is of another kind.
func (r *storedReader) decode(into any) (known bool, err error) {
	err = r.json.Decode(into)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) {
		return false, nil
	}
	return err == nil, explained(err)
}

// expect takes a token.
func (r *storedReader) expect(want json.Delim) error {
	got, err := r.json.Token()
	if err != nil {
		return explained(err)
	}
	if got != want {
		return fmt.Errorf("got %.40q, want %q; is it a Pushgateway?", fmt.Sprint(got), want.String())
	}
	return nil
}

// name takes the name of a field.
func (r *storedReader) name() (string, error) {
	token, err := r.json.Token()
	name, _ := token.(string)
	return name, explained(err)
}

// explained says what an error of the decoder means.
func explained(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &syntax):
		return fmt.Errorf("%w; is it a Pushgateway?", err)
	}
	return err
}

// skipped is a value that nobody wants.
type skipped struct{}

func (*skipped) UnmarshalJSON([]byte) error { return nil }
