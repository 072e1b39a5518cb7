package status

import (
	"testing"
)

func TestVerdict(t *testing.T) {
	searching := Job{Name: "found", Discovery: []Discovery{{Kind: "dns_sd", Error: "no such host"}}, Refused: []Refused{{Error: "bad"}, {Error: "bad"}}}
	clashing := answering("eu")
	clashing.LeftOut = 1
	doubtful := answering("eu")
	doubtful.Doubt = "it does not say that it is a Pushgateway"
	reloaded := snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), up("j", "b")}})
	reloaded.Load = Load{At: now, Failed: true, Text: "oh"}
	for want, s := range map[Verdict]Snapshot{
		{Good, "All 2 targets are up and pushed", ""}:                                    snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), up("j", "b")}}),
		{Good, "The one target is up and pushed", ""}:                                    snapshot(answering("eu"), Job{Targets: []Target{up("j", "a")}}),
		{Warn, "There are no targets", ""}:                                               snapshot(answering("eu")),
		{Waiting, "1 of 2 targets is not scraped and pushed yet", ""}:                    snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), pending("j", "b")}}),
		{Bad, `1 of 2 targets is down, gateway "eu" has been down for 2m`, ""}:           snapshot(gone("eu"), Job{Targets: []Target{up("j", "a"), down("j", "b")}}),
		{Bad, "1 of 2 targets is down, 1 is up but not pushed", ""}:                      snapshot(answering("eu"), Job{Targets: []Target{unpushed("j", "a"), down("j", "b")}}),
		{Bad, "2 of 2 targets are up but not pushed", ""}:                                snapshot(answering("eu"), Job{Targets: []Target{unpushed("j", "a"), unpushed("j", "b")}}),
		{Warn, "There are no targets", "1 discovery fails, 2 found targets are refused"}: snapshot(answering("eu"), searching),
		{Warn, "The one target is up and pushed", "1 family is left out of pushes"}:      snapshot(clashing, Job{Targets: []Target{up("j", "a")}}),
		{Warn, "The one target is up and pushed", "1 gateway may be no Pushgateway"}:     snapshot(doubtful, Job{Targets: []Target{up("j", "a")}}),
		{Warn, "All 2 targets are up and pushed", "The configuration was not reloaded"}:  reloaded,
	} {
		if got := s.Verdict(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
