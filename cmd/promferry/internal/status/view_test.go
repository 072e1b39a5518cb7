package status

import (
	"fmt"
	"math"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
