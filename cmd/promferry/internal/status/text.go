package status

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
)

// WriteText writes the view for a terminal, aligned and without colour: make it
// by ViewAll, as a pipe has no second page.
func (v View) WriteText(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, legible.Line(v.Verdict.Text))
	if v.Verdict.Also != "" {
		fmt.Fprintln(&b, legible.Line(v.Verdict.Also))
	}
	v.textOfLoad(&b)
	var gateways, searches, targets lines
	gateways.row("GATEWAY", "URL", "STATE", "FOR", "LAST SUCCESS", "VERSION", "ENCODING", "COMPRESSION", "GROUPS")
	for _, g := range v.Gateways {
		v.textOfGateway(&gateways, g)
	}
	if len(v.Gateways) > 0 || len(v.Stores) == 0 {
		gateways.write(&b)
	}
	v.textOfStores(&b)
	if len(v.Searches) > 0 {
		searches.row("JOB", "SCRAPED", "DROPPED", "REFUSED", "DISCOVERY")
		for _, job := range v.Searches {
			v.textOfSearch(&searches, job)
		}
		searches.write(&b)
	}
	targets.row("STATE", "JOB", "TARGET", "LAST SCRAPE", "TOOK", "SAMPLES", "BYTES", "EVERY", "LAST PUSH")
	for _, group := range v.Groups {
		for _, t := range group.Targets {
			v.textOfTarget(&targets, t)
		}
	}
	if v.Matching > 0 {
		targets.write(&b)
	}
	fmt.Fprintf(&b, "\n%s of %s shown\n", number(v.Matching), plural(v.Counts.All(), "target"))
	_, err := b.WriteTo(w)
	return err
}

func (v View) textOfLoad(b *bytes.Buffer) {
	switch {
	case v.Load.Failed:
		fmt.Fprintf(b, "\nThe configuration was not reloaded %s; the one before goes on:\n%s", v.ago(v.Load.At), legible.Lines(v.Load.Text))
	case v.Load.Text != "":
		fmt.Fprintf(b, "\nThe configuration has warnings:\n%s", legible.Lines(v.Load.Text))
	}
}

func (v View) textOfGateway(to *lines, g Gateway) {
	since, groups := "-", number(g.Groups)
	if !g.Since.IsZero() {
		since = short(v.At.Sub(g.Since))
	}
	if g.Failing > 0 {
		groups += fmt.Sprintf(", %s failing", number(g.Failing))
	}
	takes := []string{"-", "-", "-"}
	if g.HasAnswered() {
		takes = []string{g.Version, g.Encoding, g.Compression}
	}
	to.row(append(append([]string{g.Place(), g.URL, gatewayWords(g), since, v.ago(g.LastSuccess)}, takes...), groups)...)
	if g.Doubt != "" {
		to.note("doubt: " + g.Doubt)
	}
	if g.LastError != "" {
		to.note("error: " + g.LastError)
	}
	if !g.NextTry.IsZero() {
		to.note(v.nextTry(g.NextTry))
	}
	for _, change := range g.Changes() {
		to.note(change)
	}
}

func (v View) textOfSearch(to *lines, job Job) {
	var kinds []string
	for _, d := range job.Discovery {
		found := number(d.Targets) + " found, last good"
		if d.FindsNothing() {
			found = "finds nothing in " + d.Place + ", looked"
		}
		kinds = append(kinds, fmt.Sprintf("%s: %s %s", d.Kind, found, v.ago(d.Success)))
	}
	to.row(job.Name, number(len(job.Targets)), number(len(job.Dropped)), number(len(job.Refused)), strings.Join(kinds, "; "))
	for _, d := range job.Discovery {
		if d.Error != "" {
			to.note("error: " + d.Error)
		}
	}
	for _, r := range first(job.Refused) {
		to.note("refused: " + r.Error)
	}
	if n := more(job.Refused); n > 0 {
		to.note(fmt.Sprintf("and %s more: see /api/v1/targets?state=dropped", number(n)))
	}
}

func (v View) textOfTarget(to *lines, t Target) {
	scraped := []string{"not yet", "-", "-", "-"}
	if !t.LastScrape.IsZero() {
		scraped = []string{v.ago(t.LastScrape), short(t.Duration), number(t.Samples), size(t.Bytes)}
	}
	pushed := make([]string, 0, len(t.Pushes))
	for _, p := range t.Pushes[:t.ownPushes()] {
		pushed = append(pushed, p.Place()+": "+v.stored(p))
	}
	for _, f := range t.Feeds {
		pushed = append(pushed, f.Store+": "+f.word())
	}
	to.row(append(append([]string{v.Words(t.State()), t.Job, t.Address}, scraped...), short(t.Interval), strings.Join(pushed, ", "))...)
	to.note(pairs(t.Labels))
	if t.Error != "" {
		to.note("error: " + t.Error)
	}
	for _, loss := range t.Losses {
		to.note(fmt.Sprintf("since the start: %s %s", number(loss.Count), loss.What))
	}
	for _, p := range t.ShownPushes() {
		to.note(p.Place() + ": " + p.Path)
		if away := v.awayWords(p); away != "" {
			to.note(p.Place() + ": " + away + ", see above")
		} else if p.LastError != "" {
			to.note(p.Place() + ": error: " + p.LastError)
		}
		for _, change := range p.Changes() {
			to.note(p.Place() + ": " + change)
		}
	}
	if n := t.MorePushes(); n > 0 {
		to.note("and " + plural(n, "push") + " of other groups with errors or without families: see /api/v1/targets")
	}
	for _, f := range t.Feeds {
		if f.IsAway() {
			to.note(f.Store + ": " + f.Words() + ", see above")
		}
	}
}

// lines are rows in columns, with notes below them that are as long as they are.
type lines struct {
	rows  [][]string
	notes [][]string // of each row
}

func (l *lines) row(cells ...string) {
	for i := range cells {
		cells[i] = legible.Line(cells[i])
	}
	l.rows, l.notes = append(l.rows, cells), append(l.notes, nil)
}

// note adds one to the last row.
func (l *lines) note(text string) {
	last := len(l.notes) - 1
	l.notes[last] = append(l.notes[last], legible.Line(text))
}

func (l *lines) write(b *bytes.Buffer) {
	b.WriteByte('\n')
	var aligned bytes.Buffer
	columns := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, cells := range l.rows {
		fmt.Fprintln(columns, strings.Join(cells, "\t"))
	}
	_ = columns.Flush() // to memory
	for _, notes := range l.notes {
		row, _ := aligned.ReadString('\n')
		b.WriteString(strings.TrimRight(row, " \n") + "\n")
		for _, note := range notes {
			b.WriteString("  " + note + "\n")
		}
	}
}
