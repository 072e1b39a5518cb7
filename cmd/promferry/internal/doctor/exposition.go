package doctor

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"unique"

	"github.com/promferry/promferry/cmd/promferry/internal/lint"
	"github.com/promferry/promferry/convert"
)

// look says what could be better in an exposition, and what cannot be carried.
func (w *walk) look(ctx context.Context, v *visit, got *answer) {
	duplicates := 0
	for _, body := range got.bodies.Groups {
		var n int
		body.Text, n = convert.Text.Distinct(body.Text)
		duplicates += n
	}
	w.lint(ctx, v, &got.bodies)
	if len(v.target.Gateways) == 0 {
		v.checks.ok(linkCarry, "everything, by remote_write")
		return
	}
	lost := lint.Losses(got.stats, duplicates)
	if len(lost) == 0 {
		v.checks.ok(linkCarry, "everything")
		return
	}
	v.checks.note(linkCarry, some(lost, 6))
}

// maxUnlinted bounds the bodies that wait for the linter, in bytes of all targets
// together: it is slower than they come.
const maxUnlinted = 4 * lintLimit

func (w *walk) lint(ctx context.Context, v *visit, bodies *lint.Bodies) {
	size := int64(bodies.Len())
	if !w.unlinted.TryAcquire(size) {
		v.checks.note(linkLint, "not looked at, as too much waits for it: see promferry check metrics")
		return
	}
	defer w.unlinted.Release(size)
	problems, err := w.linted.problems(ctx, v.target.Job, bodies)
	switch {
	case err != nil && ctx.Err() != nil:
		v.checks.notReached(linkLint)
	case err != nil:
		v.checks.note(linkLint, oneLine(err.Error()))
	case len(problems) > 0:
		v.checks.note(linkLint, some(problems, 2)+": see promferry check metrics")
	default:
		v.checks.ok(linkLint, "")
	}
}

// A lintMemory knows what was found: the linter is slow, and targets of a job
// mostly have the same families. The zero value is ready.
type lintMemory struct {
	mu   sync.Mutex
	seed maphash.Seed
	seen map[uint64][]string
}

func (m *lintMemory) problems(ctx context.Context, job string, bodies *lint.Bodies) ([]string, error) {
	m.mu.Lock() // one at a time: memory
	defer m.mu.Unlock()
	if ctx.Err() != nil { // that may have taken long
		return nil, context.Cause(ctx)
	}
	if m.seen == nil {
		m.seed, m.seen = maphash.MakeSeed(), make(map[uint64][]string)
	}
	key := m.key(job, bodies)
	if known, found := m.seen[key]; found {
		return known, nil
	}
	var lines []string
	for _, body := range bodies.Groups {
		problems, err := lint.Problems(body.Text)
		if err != nil {
			return nil, err
		}
		for _, p := range problems {
			lines = append(lines, oneLine(p.Metric+": "+p.Text))
		}
	}
	m.seen[key] = lines
	return lines, nil
}

// key is equal for the same families of a job.
func (m *lintMemory) key(job string, bodies *lint.Bodies) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	_, _ = h.WriteString(job)
	for _, body := range bodies.Groups {
		for b := range convert.Text.Blocks(body.Text) {
			_, _ = fmt.Fprintf(&h, "\xff%s\xff%s", b.Name, b.Type)
		}
	}
	return h.Sum64()
}

// remember keeps which families a target has in which groups.
func (w *walk) remember(v *visit, bodies *lint.Bodies) {
	for _, body := range bodies.Groups {
		own := body.Group.Key() == v.target.Labels.Key()
		if !own {
			v.groups = append(v.groups, body.Group)
		}
		for b := range convert.Text.Blocks(body.Text) {
			name := unique.Make(b.Name)
			if own {
				v.families = append(v.families, name)
			}
			for _, g := range v.target.Gateways.Of(body.Group) {
				w.holders.add(g, name.Value(), holder{b.Type, body.Group.String(), true})
			}
		}
	}
}
