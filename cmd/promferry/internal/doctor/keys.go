package doctor

import (
	"fmt"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A place is a group at a gateway. It has one owner.
type place struct {
	url   string
	group string
}

const linkKey = "key"

// collisions says which targets make a group that is another one's. Those of the
// configuration itself have other keys: what has not is no target. A target's own
// group goes before one that honor_labels or rules make.
func (w *walk) collisions(visits []visit) {
	owners := make(map[place]*visit)
	for i := range visits {
		visits[i].claim(owners, visits[i].groups[0])
	}
	for i := range visits {
		v := &visits[i]
		var lost []string
		for _, group := range v.groups[1:] {
			if owner := v.claim(owners, group); owner != v {
				lost = append(lost, fmt.Sprintf("%s is that of %s", group, owner.target.Address))
			}
		}
		v.checkKey(lost)
	}
}

// claim gives a group to the first that wants it, and returns whose it is.
func (v *visit) claim(owners map[place]*visit, group convert.Labels) *visit {
	owner := v
	for _, g := range v.target.Gateways.Of(group) {
		at := place{g.Place(), group.Key()}
		if owners[at] == nil {
			owners[at] = v
		}
		if owners[at] != v {
			owner = owners[at]
		}
	}
	return owner
}

func (v *visit) checkKey(lost []string) {
	if len(v.target.Gateways) == 0 { // receivers of remote_write know no groups
		return
	}
	path, err := push.GroupPath(v.target.Labels)
	switch {
	case err != nil:
		v.checks.fail(linkKey, oneLine(err.Error()), fmt.Sprintf("Correct the labels of job %q.", v.target.Job))
	case len(lost) > 0:
		v.checks.warn(linkKey, oneLine("series left out, as their group has another owner: "+some(lost, 3)),
			fmt.Sprintf("Tell the targets of job %q apart by a label, or set honor_labels = false.", v.target.Job))
	case len(v.groups) > 1:
		v.checks.ok(linkKey, fmt.Sprintf("%s and %s", path, count(len(v.groups)-1, "more group", "more groups")))
	default:
		v.checks.ok(linkKey, path)
	}
}
