package status

import (
	"encoding/base64"
	"fmt"
	"html/template"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
)

// title says in a browser's tab whether to look, and where.
func title(v View) string {
	name := "promferry"
	if v.Host != "" {
		name += " on " + legible.Line(v.Host)
	}
	if words := titleWords(v); words != "" {
		return words + " · " + name
	}
	return name
}

func titleWords(v View) string {
	switch n := v.Counts.Broken(); {
	case n > 0:
		return fmt.Sprintf("%s of %s broken", number(n), number(v.Counts.All()))
	case v.Counts.Incomplete > 0:
		return fmt.Sprintf("%s of %s incomplete", number(v.Counts.Incomplete), number(v.Counts.All()))
	case v.Verdict.Level == Good:
		return "all up"
	}
	return ""
}

// icon is a dot in the colour of the level: in a tab there is no room for words,
// but the title beside it has them.
func icon(level Level) template.URL {
	colour := map[Level]string{Good: "#1a9b4b", Waiting: "#4a7ec7", Warn: "#d08700", Bad: "#d3202f"}[level]
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="` + colour + `"/></svg>`
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg)))
}

// sign stands before the verdict.
func sign(level Level) string {
	return map[Level]string{Good: "✓", Waiting: "…", Warn: "!", Bad: "✗"}[level]
}

func gatewayLevel(g Gateway) Level {
	switch {
	case g.isAway():
		return Bad
	case g.Doubt != "" || g.Failing > 0:
		return Warn
	case g.State == GatewayUnknown:
		return Waiting
	}
	return Good
}

func gatewayWords(g Gateway) string {
	switch {
	case g.State != GatewayUnknown:
		return g.State
	case g.HasAnswered():
		return "nothing pushed yet"
	}
	return unansweredWord
}

func targetLevel(state State) Level {
	switch state {
	case Up:
		return Good
	case Pending:
		return Waiting
	case Incomplete:
		return Warn
	}
	return Bad
}

// A choice is one of a form's.
type choice struct {
	Value, Words, Link string
	Count              int
	Chosen             bool
}

// choices are the states to filter by.
func choices(v View) []choice {
	all := []choice{
		{"", "all", "", v.Counts.All(), false},
		{StateBroken, "broken", "", v.Counts.Broken(), false},
		{string(Down), v.Words(Down), "", v.Counts.Down, false},
		{string(Unpushed), v.Words(Unpushed), "", v.Counts.Unpushed, false},
		{string(Pending), v.Words(Pending), "", v.Counts.Pending, false},
		{string(Incomplete), v.Words(Incomplete), "", v.Counts.Incomplete, false},
		{string(Up), v.Words(Up), "", v.Counts.Up, false},
	}
	for i := range all {
		all[i].Chosen = all[i].Value == v.Query.State
		all[i].Link = v.Query.link(all[i].Value, 1)
	}
	return all
}

// toShow are the choices that show what needs somebody, and what is left out.
func toShow(v View) (all []choice) {
	anew := Query{Refresh: v.Query.Refresh} // not only those that the words find
	for _, c := range []choice{
		{Value: StateBroken, Count: v.Counts.Broken()},
		{Value: string(Incomplete), Count: v.Counts.Incomplete},
	} {
		if c.Count > 0 {
			c.Words, c.Link = theOnes(c.Count, c.Value+" target"), anew.link(c.Value, 1)
			all = append(all, c)
		}
	}
	return all
}

// theOnes are all n of a thing.
func theOnes(n int, thing string) string {
	if n == 1 {
		return "the " + thing
	}
	return "the " + plural(n, thing)
}

func refreshChoices(v View) (all []choice) {
	for _, seconds := range refreshes {
		words := fmt.Sprintf("every %d s", seconds)
		if seconds == 0 {
			words = "never"
		}
		all = append(all, choice{Value: fmt.Sprint(seconds), Words: words, Chosen: seconds == v.Query.Refresh})
	}
	return all
}

// summary says how many targets a job has, and where they are.
func summary(v View, g Group) string {
	c, words := g.Counts, plural(g.Counts.All(), "target")
	for _, part := range []struct {
		n     int
		state State
	}{{c.Down, Down}, {c.Unpushed, Unpushed}, {c.Pending, Pending}, {c.Incomplete, Incomplete}, {c.Up, Up}} {
		if part.n > 0 {
			words += fmt.Sprintf(", %s %s", number(part.n), v.Words(part.state))
		}
	}
	if g.Above > 0 {
		words += "; what is broken is above"
	}
	return words
}

// detail names what opens and closes, so that it stays as it was.
func detail(kind, of string) string {
	return kind + "-" + base64.RawURLEncoding.EncodeToString([]byte(of))
}
