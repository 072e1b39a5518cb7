package doctor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reportOf has a gateway that is down, and n targets of which every third is
// broken in the same way.
func reportOf(n int) Report {
	r := Report{
		Host: Checks{{"open files", OK, "enough", ""}},
		Gateways: []Gateway{{Name: "g", URL: "http://gw:9091", Checks: Checks{
			{"resolve", OK, "", ""}, {"connect", Failed, "refused", "Start it."}, {"answers", NotReached, "", ""},
		}}},
	}
	for i := range n {
		target := Target{Job: "j", Address: fmt.Sprintf("http://t%d/metrics", i), Labels: map[string]string{"instance": fmt.Sprint(i)}}
		if i%3 == 0 {
			target.Checks = Checks{{"scrape", Failed, "status 404", "Correct it."}, {"parse", NotReached, "", ""}}
		} else {
			target.Checks = Checks{{"scrape", OK, "1 kB", ""}, {"lint", Note, "no help", ""}}
		}
		r.Targets = append(r.Targets, target)
	}
	r.conclude()
	return r
}

func TestTable(t *testing.T) {
	var b strings.Builder
	Table{}.Write(&b, reportOf(4))
	want := `this host
  ok           open files     enough

gateway "g"  http://gw:9091
  ok           resolve
  failed       connect        refused
  not reached  answers

targets
  job "j": 2 of 4 targets are fine (2 have notes, see --all)
    http://t0/metrics  instance "0"
      failed       scrape         status 404
      not reached  parse
    http://t3/metrics  instance "3"
      failed       scrape         status 404
      not reached  parse

what to do
  1. gateway "g", connect: Start it.
  2. http://t0/metrics, http://t3/metrics, scrape: Correct it.

3 things are wrong
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestTableOfMany: what is fine is a number, and what is wrong in one way is one
// step.
func TestTableOfMany(t *testing.T) {
	var b, all strings.Builder
	r := reportOf(10_000)
	Table{}.Write(&b, r)
	Table{All: true}.Write(&all, r)
	if lines := strings.Count(b.String(), "\n"); lines > 90 {
		t.Errorf("%d lines for ten thousand targets", lines)
	}
	for _, want := range []string{
		"6666 of 10000 targets are fine", "and 3314 more; --all shows them",
		"http://t0/metrics, http://t3/metrics and 3332 more, scrape: Correct it.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if n := strings.Count(all.String(), "  instance "); n != 10_000 {
		t.Errorf("--all shows %d targets", n)
	}
}

func TestTablePaintsOnlyOutcomes(t *testing.T) {
	var b strings.Builder
	Table{Paint: func(o Outcome, word string) string { return "<" + string(o) + "|" + word + ">" }}.Write(&b, reportOf(1))
	if !strings.Contains(b.String(), "<failed|failed     >  connect") || !strings.Contains(b.String(), "<not_reached|not reached>  answers") {
		t.Errorf("got\n%s", b.String())
	}
}

func TestReportConcludes(t *testing.T) {
	check := func(want Outcome, well bool, outcomes ...Outcome) {
		t.Helper()
		var r Report
		for _, o := range outcomes {
			r.Targets = append(r.Targets, Target{Checks: Checks{{Outcome: OK}, {Outcome: o}}})
		}
		if r.conclude(); r.Outcome != want || r.Well() != well {
			t.Errorf("%v: got %s, well %v", outcomes, r.Outcome, r.Well())
		}
	}
	check(OK, true)
	check(Note, true, OK, Note)
	check(Warning, true, Warning, Note)
	check(NotReached, false, Warning, NotReached)
	check(Failed, false, NotReached, Failed, OK)
}

// TestStepNamesAPlaceOnce: of many things that are wrong at one place in one way.
func TestStepNamesAPlaceOnce(t *testing.T) {
	refused := Check{"refused", Failed, "labels", "Mend it."}
	got := stepsOf(Report{Host: Checks{refused, refused, refused}})
	if want := []string{"this host, refused: Mend it."}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
