package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// A halving looks for the families of a body that a gateway refuses. The group
// has a part of the scrape for the time that this takes.
type halving struct {
	g    *Gateway
	out  *Outcome
	r    *request
	from fitted // what was refused

	left      int             // requests
	until     time.Time       // when there is time for no more of them
	refused   map[string]bool // bodies, by their families: none is sent twice
	last      error           // of the last request
	moved     bool            // the gateway has stored something else after good
	good      []convert.Block // the gateway has stored these
	culprits  []convert.Block
	undecided []convert.Block
}

// halve stores what the gateway takes of a body that it refused for no known
// reason; the problem is why it is not known, if there was one. The error is that
// of a body of which nothing could be stored.
func (g *Gateway) halve(ctx context.Context, out *Outcome, r *request, from fitted, refused, problem error) (fitted, error) {
	wait, cancel := context.WithTimeout(ctx, halvingTime)
	defer cancel()
	giveBack, err := g.halvings.turn.take(wait)
	if err != nil {
		return from, refused
	}
	defer giveBack()
	if broken := g.halvings.isBroken(); broken != nil {
		return from, fmt.Errorf("%w; %w", refused, broken)
	}
	h := &halving{
		g: g, out: out, r: r, from: from,
		left: halvingRequests, until: time.Now().Add(halvingTime),
		refused: make(map[string]bool), last: refused,
	}
	err = h.run(ctx)
	if err != nil || !h.acquit(ctx) {
		g.culprits.remember(r.group, h.culprits, refusedInconsistent)
	}
	g.culprits.remember(r.group, h.undecided, refusedUndecided)
	switch {
	case err != nil:
		return from, err
	case len(h.good) == 0:
		err = fmt.Errorf("%w; no part of it is taken either", refused)
		if problem != nil {
			err = fmt.Errorf("%w (and %w)", err, problem)
		}
		return from, err
	}
	return h.result(), h.storeLast(ctx)
}

// run sorts the families into those that the gateway takes and the others.
func (h *halving) run(ctx context.Context) error {
	base, suspects, rest := h.parts()
	all := slices.Concat(base, suspects, rest)
	h.refused[key(all)] = true
	if len(suspects) > 0 && len(suspects) < len(all) {
		taken, err := h.try(ctx, slices.Concat(base, rest))
		if taken {
			h.culprits = suspects
		}
		if taken || isAbort(err) {
			return err
		}
	}
	if len(base) == 0 {
		return h.orBroken(ctx, h.search(ctx, all))
	}
	taken, err := h.tryBase(ctx, base)
	switch {
	case err != nil:
		return err
	case taken:
		return h.search(ctx, slices.Concat(suspects, rest))
	}
	if err := h.broken(ctx); err != nil {
		return err
	}
	return h.search(ctx, all)
}

// parts returns the report series, the families that were refused elsewhere, and
// the others.
func (h *halving) parts() (base, suspects, rest []convert.Block) {
	for f := range h.from.blocks() {
		switch {
		case convert.IsReported(f.Name):
			base = append(base, f)
		case h.g.culprits.suspected(f):
			suspects = append(suspects, f)
		default:
			rest = append(rest, f)
		}
	}
	return base, suspects, rest
}

// search finds the culprits of a part that, together with what is good, was
// refused.
func (h *halving) search(ctx context.Context, part []convert.Block) error {
	if len(part) < 2 {
		h.culprits = append(h.culprits, part...)
		return nil
	}
	left, right := part[:len(part)/2], part[len(part)/2:]
	taken, err := h.try(ctx, left)
	switch {
	case errors.Is(err, errHalvingSpent):
		h.undecided = append(h.undecided, part...)
		return nil
	case err != nil:
		return err
	case taken:
		return h.search(ctx, right)
	}
	if err := h.search(ctx, left); err != nil {
		return err
	}
	taken, err = h.try(ctx, right)
	switch {
	case errors.Is(err, errHalvingSpent):
		h.undecided = append(h.undecided, right...)
		return nil
	case err != nil || taken:
		return err
	}
	return h.search(ctx, right)
}

var errHalvingSpent = errors.New("too many requests")

// isAbort tells errors of requests that say nothing of the families.
func isAbort(err error) bool { return err != nil && !errors.Is(err, errHalvingSpent) }

// try sends what is good and more.
func (h *halving) try(ctx context.Context, more []convert.Block) (taken bool, err error) {
	if h.left <= 0 || time.Now().After(h.until) || !h.refused[key(slices.Concat(h.good, more))] && !h.g.halvings.spend() {
		return false, errHalvingSpent
	}
	return h.send(ctx, more)
}

// tryBase sends the report series, however many requests there were: they are
// the least that a group must have.
func (h *halving) tryBase(ctx context.Context, base []convert.Block) (taken bool, err error) {
	h.g.halvings.spend()
	return h.send(ctx, base)
}

func (h *halving) send(ctx context.Context, more []convert.Block) (taken bool, err error) {
	body := slices.Concat(h.good, more)
	if h.refused[key(body)] {
		return false, nil
	}
	h.left--
	h.last = h.g.store(ctx, h.out, h.r, fitted{content: h.content(body)})
	switch {
	case h.last == nil:
		h.good = body
		return true, nil
	case isInconsistent(h.last):
		h.refused[key(body)] = true
		return false, nil
	}
	return false, h.last
}

// acquit tells that the cause has gone: of a search in which nothing was refused
// but the whole, one family is left over, which was not refused elsewhere, and
// the gateway takes that one too. It is left out now, as the whole is not sent
// twice, and not the next time.
func (h *halving) acquit(ctx context.Context) bool {
	if len(h.refused) != 1 || len(h.culprits) != 1 || len(h.undecided) > 0 || h.g.culprits.suspected(h.culprits[0]) {
		return false
	}
	good := h.good
	report := slices.DeleteFunc(slices.Clone(good), func(b convert.Block) bool { return !convert.IsReported(b.Name) })
	if len(report) == len(good) {
		report = nil // together they are the whole
	}
	h.good = report
	taken, _ := h.try(ctx, h.culprits)
	h.good, h.moved = good, taken
	return taken
}

// storeLast leaves the group with a success: the gateway shows whether the last
// push was one.
func (h *halving) storeLast(ctx context.Context) error {
	if h.last == nil && !h.moved {
		return nil
	}
	return h.g.store(ctx, h.out, h.r, fitted{content: h.content(h.good)})
}

// broken tells a gateway that takes nothing, from one that has something against
// this group: what breaks it breaks its exposition, too (contract C15, C24).
func (h *halving) broken(ctx context.Context) error {
	err, read := h.g.halvings.lastExposure()
	if !read {
		err = h.g.exposes(ctx)
	}
	if err == nil {
		return nil
	}
	var status *StatusError
	if errors.As(err, &status) {
		err = fmt.Errorf("%w: %w", errBroken, err)
		h.g.halvings.breaks(err)
	}
	return fmt.Errorf("%w; %w", h.last, err)
}

// exposes returns an error where the gateway does not expose what it has. The
// answer is not read: its status says enough.
func (g *Gateway) exposes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	body, err := g.get(ctx, "/metrics")
	g.halvings.exposed(err)
	if err != nil {
		return err
	}
	return body.Close()
}

// orBroken looks for the cause where nothing was taken.
func (h *halving) orBroken(ctx context.Context, err error) error {
	if err != nil || len(h.good) > 0 {
		return err
	}
	if err := h.broken(ctx); err != nil {
		h.culprits, h.undecided = nil, nil
		return err
	}
	return nil
}

var errBroken = errors.New("the gateway refuses the smallest push, so a group in it breaks it for everybody: " +
	"look at its /api/v1/metrics for labels that are not UTF-8 or for two groups that differ by an empty label only, and delete that group")

// result is what the gateway has now.
func (h *halving) result() fitted {
	f := h.from
	f.content = h.content(h.good)
	for _, b := range h.culprits {
		f.leaveOut(b, refusedInconsistent)
	}
	for _, b := range h.undecided {
		f.leaveOut(b, refusedUndecided)
	}
	f.retyped = nil
	for _, b := range h.good {
		if slices.Contains(h.from.retyped, b.Name) {
			f.retyped = append(f.retyped, b.Name)
		}
	}
	return f
}

func (h *halving) content(blocks []convert.Block) *content {
	c := &content{format: h.from.format}
	for _, b := range blocks {
		c.plain = append(c.plain, b.Raw...)
	}
	return c
}

// key names a body by its families, in any order.
func key(blocks []convert.Block) string {
	names := make([]string, len(blocks))
	for i, b := range blocks {
		names[i] = b.Name
	}
	slices.Sort(names)
	return strings.Join(names, "\xff")
}
