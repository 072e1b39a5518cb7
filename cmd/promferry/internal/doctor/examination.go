package doctor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/relay"
)

// An Examination is what is to be looked at. Targets, Gateways and Receivers are those of
// one configuration, and do not run.
type Examination struct {
	Targets   []*relay.Target
	Gateways  []Subject
	Receivers []*remote.Store
	Host      Checks // what is known already of this machine and the configuration
	Here      Here
}

// A Subject is a gateway, or one of its shards.
type Subject struct {
	*push.Gateway
	Now func() time.Time // by the gateway's clock, as of its last answer
}

// Here says whether a promferry runs on this host.
type Here string

// The answers. Whether it has the same configuration, nobody knows.
const (
	Unknown Here = ""
	Running Here = "running"
	Absent  Here = "absent" // nothing answers where its web server should be
)

// targetShare is the part of the time that all targets have together; gateways
// are looked at after that.
const targetShare = 0.6

// Run walks all chains until ctx ends: what was not reached by then is said.
func (e Examination) Run(ctx context.Context) Report {
	w := newWalk()
	visits := e.visit(ctx, w)
	report := Report{Host: slices.Concat(Checks{}, e.Host), Gateways: make([]Gateway, len(e.Gateways)), RemoteWrites: make([]RemoteWrite, len(e.Receivers)), Targets: make([]Target, len(visits))}
	w.collisions(visits)
	var group sync.WaitGroup
	for i, g := range e.Gateways {
		group.Go(func() { report.Gateways[i] = e.inspect(ctx, g, w, visits) })
	}
	for i, r := range e.Receivers {
		group.Go(func() { report.RemoteWrites[i] = e.audience(ctx, r) })
	}
	group.Wait()
	for i := range visits {
		report.Targets[i] = visits[i].report()
	}
	report.conclude()
	report.Interrupted = interrupted(ctx) && !report.Well()
	return report
}

// interrupted tells whether somebody wants no more of it: what fails then, says
// nothing of what was asked. Where time was up, that something gave no answer does.
func interrupted(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// visit walks the chains of all targets.
func (e Examination) visit(ctx context.Context, w *walk) []visit {
	if end, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(targetShare*float64(time.Until(end))))
		defer cancel()
	}
	return w.targets(ctx, e.Targets)
}

func (v *visit) report() Target {
	t := Target{Job: v.target.Job, Address: v.target.Address, Labels: make(map[string]string), Checks: v.checks}
	for _, l := range v.target.Labels {
		t.Labels[l.Name] = l.Value
	}
	return t
}
