package relay

import "time"

// grace is how late a tick may be, beside what scrapes may take: a machine that
// is busy, or was asleep, is not dead.
const grace = 30 * time.Second

// Alive tells whether the schedule moves, for a watchdog. It is false where a
// tick is due, and no cycle of any target has begun or ended, for longer than
// the slowest target may take. Targets and gateways that are down, too few workers
// and a disk that stalls are no reason. It takes the locks that cycles take: where one is
// stuck, it does not return.
func (p *Pool) Alive() bool {
	p.mu.Lock()
	targets, moved := p.targets, p.moved
	p.mu.Unlock()
	now, limit, late := time.Now(), grace, time.Duration(0)
	for _, t := range targets {
		limit = max(limit, t.Timeout+grace)
		late = max(late, t.late(now))
	}
	return late <= limit || now.Sub(moved) <= limit
}

// move notes that a cycle has begun or ended.
func (p *Pool) move() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved = time.Now()
}

// expect notes when the target's next tick is.
func (t *Target) expect() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.due = t.schedule.next
}

// excuse says that nothing is due for the time being: the target waits for a
// disk, and a restart would not make that faster.
func (t *Target) excuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.due = time.Time{}
}

// late is for how long its tick is due; not above zero where it is not, or
// where the target has no schedule yet or is excused.
func (t *Target) late(now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.due.IsZero() {
		return 0
	}
	return now.Sub(t.due)
}
