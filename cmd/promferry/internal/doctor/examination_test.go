package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/cmd/promferry/internal/lint"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

// A source answers as its function does.
type source func(ctx context.Context) (string, error)

func (s source) Scrape(ctx context.Context) (*scrape.Exposition, error) {
	text, err := s(ctx)
	if err != nil {
		return nil, &scrape.Error{Reason: scrape.ReasonRead, Err: err}
	}
	return &scrape.Exposition{Body: io.NopCloser(strings.NewReader(text)), MediaType: scrape.MediaTypeText}, nil
}

func target(i int, s source) *relay.Target {
	return &relay.Target{
		Job: "j", Address: fmt.Sprint("t", i), Labels: group("job", "j", "instance", fmt.Sprint(i)),
		Source: s, Interval: 15 * time.Second, Timeout: 10 * time.Second,
	}
}

// TestManyTargets: all are walked, and stand in their order.
func TestManyTargets(t *testing.T) {
	var all []*relay.Target
	for i := range 3000 {
		all = append(all, target(i, func(context.Context) (string, error) {
			if i%1000 == 7 {
				return "", errors.New("no")
			}
			return "# HELP a A.\n# TYPE a gauge\na 1\n", nil
		}))
	}
	r := Examination{Targets: all}.Run(t.Context())
	for i, found := range r.Targets {
		want := OK
		if i%1000 == 7 {
			want = Failed
		}
		if found.Outcome != want || found.Address != fmt.Sprint("t", i) {
			t.Fatalf("target %d: got %+v, want %s", i, found, want)
		}
	}
	if r.Outcome != Failed || len(r.Targets) != len(all) {
		t.Errorf("got %s of %d targets", r.Outcome, len(r.Targets))
	}
}

// TestTimeIsUp: those that hang take no time from the gateways, nor from others.
func TestTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*relay.Target
		for i := range 2 * maxWaiting {
			all = append(all, target(i, func(ctx context.Context) (string, error) {
				if i%2 == 0 {
					return "a 1\n", nil
				}
				<-ctx.Done()
				return "", context.Cause(ctx)
			}))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		r := Examination{Targets: all}.Run(ctx)
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("targets took %s of 10s", took)
		}
		for i, found := range r.Targets {
			if want := []Outcome{Note, NotReached}[i%2]; found.Outcome != want { // no help text
				t.Errorf("target %d: got %+v, want %s", i, found, want)
			}
		}
		if r.Well() {
			t.Error("what nobody looked at is no success")
		}
	})
}

// TestLintIsRemembered: targets of a job that have the same families are linted
// once, and others are not taken for them.
func TestLintIsRemembered(t *testing.T) {
	with := func(text string) source { return func(context.Context) (string, error) { return text, nil } }
	r := Examination{Targets: []*relay.Target{
		target(0, with("a 1\n")), target(1, with("a 2\n")), target(2, with("# HELP a A.\n# TYPE a gauge\na 1\n")), target(3, with("b 1\n")),
	}}.Run(t.Context())
	for i, want := range []string{"a: no help text", "a: no help text", "", "b: no help text"} {
		for _, c := range r.Targets[i].Checks {
			if c.Name == linkLint && !strings.HasPrefix(c.Found, want) || c.Name == linkLint && (want == "") != (c.Found == "") {
				t.Errorf("target %d: got %+v, want %q", i, c, want)
			}
		}
	}
}

// TestLintEndsInTime: who waited for the linter until time was up is not linted.
func TestLintEndsInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w, v := newWalk(), &visit{target: target(0, nil)}
	cancel()
	w.lint(ctx, v, new(lint.Bodies))
	if len(v.checks) != 1 || v.checks[0].Outcome != NotReached {
		t.Errorf("got %+v, want a link that was not reached", v.checks)
	}
}

// TestLintLeavesOutWhatIsTooMuch: bodies that wait for the linter have a bound.
func TestLintLeavesOutWhatIsTooMuch(t *testing.T) {
	w, v := newWalk(), &visit{target: target(0, nil)}
	if !w.unlinted.TryAcquire(maxUnlinted - 3) {
		t.Fatal("the bound is smaller than it says")
	}
	lintText := func(text string) Check {
		bodies := new(lint.Bodies)
		bodies.Outputs(nil)[0].Append([]byte(text), 1)
		w.lint(t.Context(), v, bodies)
		return v.checks[len(v.checks)-1]
	}
	if got := lintText("a 1\n"); got.Outcome != Note || !strings.HasPrefix(got.Found, "not looked at") {
		t.Errorf("got %+v, want one that was not looked at", got)
	}
	w.unlinted.Release(1)
	for range 2 { // it is given back
		if got := lintText("a 1\n"); !strings.HasPrefix(got.Found, "a: ") {
			t.Errorf("got %+v, want what the linter says of a", got)
		}
	}
}
