package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// An ownGroup is a group that a target of the configuration makes.
type ownGroup struct {
	labels   convert.Labels
	visit    *visit
	isTarget bool // it is the target's own, and not one that honor_labels makes
	found    bool // at the gateway
}

// ownGroups are those that belong to a gateway, or to the shard.
func ownGroups(g *push.Gateway, visits []visit) map[string]*ownGroup {
	own := make(map[string]*ownGroup)
	for i := range visits {
		v := &visits[i]
		for n, group := range v.groups {
			key := group.Key()
			if own[key] == nil && slices.Contains(v.target.Gateways.Of(group), g) {
				own[key] = &ownGroup{labels: group, visit: v, isTarget: n == 0}
			}
		}
	}
	return own
}

// A stock is what is at a gateway.
type stock struct {
	*inspection
	instances map[string]bool // of own groups

	never, refused     []string // own groups whose pushes were all refused, or the last one
	replaced, mixed    []string // own groups that another program has put there, or into
	fresh, late, quiet []string // own groups, by the age of their last push
	left               []string // groups of others with an instance of ours
	old                int      // groups of others that nobody has pushed for long
	refusedOnly        int      // groups of others whose pushes were all refused
	hidden             int      // groups whose key is not shown
}

// long is the age from which a group of others may be forgotten.
const long = time.Hour

// checkStore reads what the gateway holds.
func (in *inspection) checkStore(ctx context.Context) {
	s := newStock(in)
	err := in.Stored(ctx, func(g push.StoredGroup) bool {
		s.add(g)
		return true
	})
	if err != nil && interrupted(ctx) {
		in.Checks.notReached("groups")
		return
	}
	if err != nil {
		in.Checks.warn("groups", oneLine(err.Error()), "What is stored could not be read, so that nothing is known of it: look whether /api/v1/metrics of the gateway can be reached, and raise --timeout if it is large.")
		return
	}
	s.say()
}

func newStock(in *inspection) *stock {
	s := &stock{inspection: in, instances: make(map[string]bool)}
	for _, own := range in.own {
		s.instances[own.labels.Get(model.InstanceLabel)] = true
	}
	return s
}

func (s *stock) say() {
	s.checkGroups()
	s.checkPushes()
	s.checkWriters()
	s.checkOthers()
}

func (s *stock) add(g push.StoredGroup) {
	s.Groups++
	if !g.Identified {
		s.hidden++
		return
	}
	if own := s.own[g.Labels.Key()]; own != nil {
		own.found = true
		s.addOwn(own, g)
		return
	}
	for name, kind := range g.Types {
		if !isPushTime(name) {
			s.holders.add(name, holder{kind: kind, by: oneLine(g.Labels.String())})
		}
	}
	age := s.Now().Sub(g.PushTime)
	pushed := fmt.Sprintf("pushed %s ago", ageText(age))
	switch {
	case g.NeverPushed:
		s.refusedOnly++
		pushed = "never pushed"
	case !g.PushTime.IsZero() && age > long:
		s.old++
	}
	if instance := g.Labels.Get(model.InstanceLabel); s.instances[instance] && instance != "" {
		s.left = append(s.left, fmt.Sprintf("%s, %s", g.Labels, pushed))
	}
}

// addOwn looks at a group that a target of ours makes.
func (s *stock) addOwn(own *ownGroup, g push.StoredGroup) {
	name := g.Labels.String()
	if g.NeverPushed {
		s.never = append(s.never, name)
		return
	}
	age, interval := s.Now().Sub(g.PushTime), own.visit.target.Interval
	if !g.LastPushSuccessful {
		s.refused = append(s.refused, fmt.Sprintf("%s, %s ago", name, ageText(s.Now().Sub(g.PushFailureTime))))
	}
	if _, reported := g.Types["up"]; own.isTarget && !reported {
		s.replaced = append(s.replaced, name)
	} else if foreign := own.foreign(g); len(foreign) > 0 {
		s.mixed = append(s.mixed, fmt.Sprintf("%s has %s", name, some(foreign, 3)))
	}
	aged := fmt.Sprintf("%s, %s ago", name, ageText(age))
	switch {
	case age <= interval+grace:
		s.fresh = append(s.fresh, aged)
	case age <= 3*interval+grace:
		s.quiet = append(s.quiet, aged)
	default:
		s.late = append(s.late, aged)
	}
}

// grace is how late a push may be and still be in time.
const grace = 5 * time.Second

// foreign are the families of a group that its target does not serve.
func (own *ownGroup) foreign(g push.StoredGroup) (names []string) {
	if !own.isTarget || !own.visit.scraped || own.visit.partial {
		return nil // not known
	}
	served := make(map[string]bool, len(own.visit.families))
	for _, name := range own.visit.families {
		served[name.Value()] = true
	}
	for name := range g.Types {
		if !served[name] && !isPushTime(name) && !convert.IsReported(name) {
			names = append(names, oneLine(name))
		}
	}
	slices.Sort(names)
	return names
}

func isPushTime(name string) bool {
	return name == "push_time_seconds" || name == "push_failure_time_seconds"
}

// checkGroups says which groups are there.
func (s *stock) checkGroups() {
	const name = "groups"
	var missing []string
	for _, own := range s.own {
		if !own.found {
			missing = append(missing, own.labels.String())
		}
	}
	slices.Sort(missing)
	all := fmt.Sprintf("%s stored, %d of %d of this configuration", count(s.Groups, "group", "groups"), len(s.own)-len(missing), len(s.own))
	switch {
	case len(missing) > 0 && s.here == Running:
		s.Checks.warn(name, oneLine(all+"; not there: "+some(missing, 3)), "A promferry runs on this host: look at its status page, whether it has these targets, and what became of their pushes.")
	case len(missing) > 0:
		s.Checks.note(name, oneLine(all+"; not there: "+some(missing, 3)))
	default:
		s.Checks.ok(name, all)
	}
}

// checkPushes says how the last pushes of our groups went.
func (s *stock) checkPushes() {
	const name = "pushes"
	for _, all := range [][]string{s.never, s.refused, s.late, s.fresh, s.quiet} {
		slices.Sort(all)
	}
	switch {
	case len(s.never) > 0:
		s.Checks.warn(name, oneLine("refused since ever: "+some(s.never, 3)), "The first push was refused for what it said, mostly for a type: see types above or below, and the log of whatever pushes it.")
	case len(s.refused) > 0:
		s.Checks.warn(name, oneLine("the last push was refused: "+some(s.refused, 3)), "It was refused for what it said, mostly for a type: see types, and the log of whatever pushes it.")
	case len(s.late) > 0 && s.here == Running:
		s.Checks.warn(name, oneLine("not pushed for more than three intervals, though promferry runs here: "+some(s.late, 3)), "Look at the status page of promferry: whether it has these targets, and what became of their pushes.")
	case len(s.late) > 0:
		s.Checks.note(name, oneLine("last pushed: "+some(s.late, 3)))
	case len(s.fresh)+len(s.quiet) > 0:
		s.Checks.ok(name, "the groups of this configuration are fresh")
	}
}

// checkWriters says what looks as if somebody else wrote into our groups. A
// gateway does not tell who pushed.
func (s *stock) checkWriters() {
	const name = "writers"
	slices.Sort(s.replaced)
	slices.Sort(s.mixed)
	switch {
	case len(s.replaced) > 0:
		s.Checks.fail(name, oneLine("another program has replaced "+some(s.replaced, 3)+": there is no up, which promferry always pushes"), writersAdvice)
	case len(s.mixed) > 0:
		s.Checks.warn(name, oneLine("groups with families that their targets do not serve now: "+some(s.mixed, 3)), "If the target has not changed since its last push, another program pushes there. "+writersAdvice)
	case len(s.fresh) > 0 && s.here == Absent:
		s.Checks.warn(name, oneLine("pushed just now, though no promferry answers on this host: "+some(s.fresh, 3)), "Well if it was promferry once, or a promferry that listens elsewhere (--web.listen-address). If not, another host pushes the same groups. "+writersAdvice)
	default:
		s.Checks.ok(name, "no sign of another one")
	}
}

const writersAdvice = "A group has one writer, or each overwrites the other: give one of them another instance or job."

// checkOthers says what may be forgotten.
func (s *stock) checkOthers() {
	const name = "others"
	slices.Sort(s.left)
	var found []string
	if len(s.left) > 0 {
		found = append(found, "an instance of this configuration, but none of its groups: "+some(s.left, 3))
	}
	if s.old > 0 {
		found = append(found, fmt.Sprintf("%s of others not pushed for more than an hour (promferry prune shows them)", count(s.old, "group", "groups")))
	}
	if s.refusedOnly > 0 {
		found = append(found, fmt.Sprintf("%s of others never pushed: every push was refused (promferry prune shows them)", count(s.refusedOnly, "group", "groups")))
	}
	if s.hidden > 0 {
		found = append(found, fmt.Sprintf("%s whose key the gateway does not show", count(s.hidden, "group", "groups")))
	}
	if len(found) > 0 {
		s.Checks.note(name, oneLine(strings.Join(found, "; ")))
	}
}

func ageText(age time.Duration) string {
	return model.Duration(max(0, age).Round(time.Second)).String()
}
