package status

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A Query says which targets somebody wants to see, and how.
type Query struct {
	State   string // "", StateBroken, or a State
	Text    string // words that a target must have, all of them
	Page    int    // from 1
	Refresh int    // seconds; 0: the page stays as it is
	Format  string // FormatHTML or FormatText
}

// StateBroken stands for all states that need somebody.
const StateBroken = "broken"

// The formats.
const (
	FormatHTML = "html"
	FormatText = "text"
)

// Refreshes are how often a page may be read again, in seconds; the first is the
// default.
var refreshes = []int{10, 30, 0}

// ParseQuery reads the parameters of a request; all of them are optional.
func ParseQuery(values url.Values) (Query, error) {
	q := Query{State: values.Get("state"), Text: values.Get("q"), Page: 1, Refresh: refreshes[0], Format: values.Get("format")}
	switch {
	case q.State == "all":
		q.State = ""
	case q.State == "", q.State == StateBroken, slices.Contains(states, State(q.State)):
	default:
		return q, fmt.Errorf("state=%q: want all, broken, down, unpushed, pending, incomplete or up", q.State)
	}
	switch q.Format {
	case "":
		q.Format = FormatHTML
	case FormatHTML, FormatText:
	default:
		return q, fmt.Errorf("format=%q: want html or text", q.Format)
	}
	var err error
	if text := values.Get("page"); text != "" {
		if q.Page, err = strconv.Atoi(text); err != nil || q.Page < 1 {
			return q, fmt.Errorf("page=%q: want a number from 1 on", text)
		}
	}
	if text := values.Get("refresh"); text != "" {
		if q.Refresh, err = strconv.Atoi(text); err != nil || !slices.Contains(refreshes, q.Refresh) {
			return q, fmt.Errorf("refresh=%q: want 10, 30 or 0 seconds", text)
		}
	}
	return q, nil
}

var states = []State{Down, Unpushed, Pending, Incomplete, Up}

// link is the address of the page with another state or page number. It leads to
// the targets: on a phone, they are far below the top.
func (q Query) link(state string, page int) string {
	values := url.Values{}
	if state != "" {
		values.Set("state", state)
	}
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if page > 1 {
		values.Set("page", strconv.Itoa(page))
	}
	if q.Refresh != refreshes[0] {
		values.Set("refresh", strconv.Itoa(q.Refresh))
	}
	return "/?" + values.Encode() + "#targets"
}

// wants tells whether a target of that state is asked for.
func (q Query) wants(s State) bool {
	switch q.State {
	case "":
		return true
	case StateBroken:
		return s.Broken()
	}
	return q.State == string(s)
}

// finds tells whether each word stands somewhere in what is shown of a target.
func (q Query) finds(t Target) bool {
	words := strings.Fields(strings.ToLower(q.Text))
	if len(words) == 0 {
		return true
	}
	shown := []string{t.Job, t.Address, pairs(t.Labels), t.Error}
	for _, loss := range t.Losses {
		shown = append(shown, loss.What)
	}
	for _, p := range t.Pushes {
		shown = append(shown, p.Gateway, p.Shard, p.Path, p.LastError)
		shown = append(append(shown, p.Changes()...), p.LeftOut...) // changes name the first ones only
	}
	for _, f := range t.Feeds {
		shown = append(shown, f.Store, f.Words())
	}
	text := strings.ToLower(strings.Join(shown, "\n"))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
