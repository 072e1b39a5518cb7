package status

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestViewOrder: jobs with something broken first, and within them the broken
// targets; else the order of the configuration.
func TestViewOrder(t *testing.T) {
	s := snapshot(answering("eu"),
		Job{Name: "fine", Targets: []Target{up("fine", "a"), up("fine", "b")}},
		Job{Name: "late", Targets: []Target{unpushed("late", "a")}},
		Job{Name: "broken", Targets: []Target{up("broken", "a"), pending("broken", "b"), unpushed("broken", "c"), down("broken", "d")}},
	)
	check := func(query string, want ...string) {
		t.Helper()
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParseQuery(values)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range s.View(q).Groups {
			for _, target := range g.Targets {
				got = append(got, g.Job+"/"+target.Labels.Get("instance"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	check("", "broken/d", "broken/c", "broken/b", "broken/a", "late/a", "fine/a", "fine/b")
	check("state=all&q=+", "broken/d", "broken/c", "broken/b", "broken/a", "late/a", "fine/a", "fine/b")
	check("state=broken", "broken/d", "broken/c", "late/a")
	check("state=pending", "broken/b")
	check("state=up&q=FINE", "fine/a", "fine/b")
	check(`q=instance="b"`, "broken/b", "fine/b")
	check("q=refused broken", "broken/d")
	check("q=503", "late/a", "broken/c")
	check("q=nowhere")
}

// TestIncompleteIsFound: of many targets, the one of which something is left out
// comes first, is counted, and is found by what is left out.
func TestIncompleteIsFound(t *testing.T) {
	job := Job{Name: "shop"}
	for i := range 250 {
		job.Targets = append(job.Targets, up(job.Name, fmt.Sprint("healthy", i)))
	}
	families := make([]string, 12) // more than a list shows
	for i := range families {
		families[i] = fmt.Sprintf("orders_%02d_total", i)
	}
	clash := incompleteTarget(job.Name, "clash", families...)
	clash.Losses = []Loss{{3, "series left out: group_owned"}}
	job.Targets = append(job.Targets, clash)
	gateway := answering("eu")
	gateway.LeftOut = len(families)
	s := snapshot(gateway, job)
	for _, q := range []Query{{State: string(Incomplete)}, {Text: "orders_00_total"}, {Text: "orders_11_total"}, {Text: "left out families"}, {Text: "GROUP_OWNED"}, {Text: "/instance/clash"}} {
		q.Page = 1
		if v := s.View(q); v.Matching != 1 || v.Groups[0].Targets[0].Labels.Get("instance") != "clash" {
			t.Errorf("%+v: %d targets, want the incomplete one", q, v.Matching)
		}
	}
	v := s.View(Query{Page: 1})
	if got := v.Groups[0].Targets[0].State(); got != Incomplete {
		t.Errorf("the first target is %s, want %s", got, Incomplete)
	}
	if want := (Verdict{Warn, "All 251 targets are up and pushed", "12 families are left out of pushes"}); v.Verdict != want {
		t.Errorf("got %+v, want %+v", v.Verdict, want)
	}
	var page strings.Builder
	if err := v.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`12 families are left out of pushes. <a href="/?refresh=0&amp;state=incomplete#targets">Show the incomplete target</a>`,
		`incomplete <b>1</b>`,
		"251 targets, 1 incomplete, 250 up",
		"12 families left out, refused by the gateway: orders_00_total, ",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("without %q: %.5000s", want, &page)
		}
	}
}

// TestBrokenOnesAreOnTheFirstPage: whichever job they are of, and however many
// healthy ones the jobs before have.
func TestBrokenOnesAreOnTheFirstPage(t *testing.T) {
	var jobs []Job
	for j := range 3 {
		job := Job{Name: fmt.Sprint("job", j), Targets: []Target{down(fmt.Sprint("job", j), "x")}}
		for i := range 90 {
			job.Targets = append(job.Targets, up(job.Name, fmt.Sprint(i)))
		}
		jobs = append(jobs, job)
	}
	s := snapshot(answering("eu"), jobs...)
	for page, want := range map[int]string{1: "job0:1 job1:1 job2:1 job0:90+1 job1:7+1", 3: "job2:73+1"} {
		var got []string
		for _, g := range s.View(Query{Page: page}).Groups {
			shown := fmt.Sprintf("%s:%d", g.Job, len(g.Targets))
			if g.Above > 0 {
				shown += fmt.Sprintf("+%d", g.Above)
			}
			got = append(got, shown)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("page %d: got %s, want %s", page, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	var jobs []Job
	for j := range 3 {
		job := Job{Name: fmt.Sprint("job", j)}
		for i := range 70 {
			job.Targets = append(job.Targets, up(job.Name, fmt.Sprint(i)))
		}
		jobs = append(jobs, job)
	}
	s := snapshot(answering("eu"), jobs...)
	for page, want := range map[int]string{1: "1-100 job0:70 job1:30", 2: "101-200 job1:40 job2:60", 3: "201-210 job2:10", 4: "0-0", math.MaxInt: "0-0"} {
		v := s.View(Query{Page: page})
		got := fmt.Sprintf("%d-%d", v.First, v.Last)
		for _, g := range v.Groups {
			got += fmt.Sprintf(" %s:%d", g.Job, len(g.Targets))
			if g.Counts.All() != 70 {
				t.Errorf("page %d: job %s has %d targets, want 70", page, g.Job, g.Counts.All())
			}
		}
		if got != want {
			t.Errorf("page %d: got %s, want %s", page, got, want)
		}
	}
}

// TestOtherGroupsAreBounded: a gateway that refuses all groups of a scrape does
// not fill the page; the target's own group is always there.
func TestOtherGroupsAreBounded(t *testing.T) {
	target := unpushed("app", "a")
	for i := range maxListed + 3 {
		target.Pushes = append(target.Pushes, unpushed("app", fmt.Sprintf("other%02d", i)).Pushes[0])
	}
	s := snapshot(answering("eu"), Job{Name: "app", Targets: []Target{target}})
	var page, text strings.Builder
	if err := errors.Join(s.View(Query{Page: 1}).WriteHTML(&page), s.ViewAll(Query{}).WriteText(&text)); err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{page.String(), text.String()} {
		if n := strings.Count(shown, "/instance/other"); n != maxListed || !strings.Contains(shown, "/instance/a") {
			t.Errorf("%d other groups, want %d beside its own in:\n%s", n, maxListed, shown)
		}
		if want := "and 3 pushes of other groups with errors or without families: see /api/v1/targets"; !strings.Contains(shown, want) {
			t.Errorf("without %q:\n%s", want, shown)
		}
	}
	if line := regexp.MustCompile(`(?m)^not pushed .*$`).FindString(text.String()); strings.Count(line, "eu: ") != 1 {
		t.Errorf("the row is %q, want the push of its own group alone", line)
	}
}
