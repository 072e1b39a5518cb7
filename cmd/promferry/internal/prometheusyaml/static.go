package prometheusyaml

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// A group is one element of static_configs.
type group struct {
	place
	comments []string
	above    []string // comments of the labels
	targets  []target
	labels   []element
	values   map[string]string // of labels
}

// A target is one address of a group.
type target struct {
	element
	place
	address  string
	isSecret bool
}

// String is the address for a report: a query may be a secret.
func (t target) String() string {
	if t.isSecret {
		return hidden
	}
	return shownAddress(t.address)
}

func shownAddress(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return shown(address)
}

// readGroups reads static_configs.
func (j *job) readGroups(f field) []group {
	var groups []group
	for _, item := range j.items(f) {
		g := group{place: item.place, comments: item.comments(), values: map[string]string{}}
		for _, f := range j.fields(item) {
			switch f.key {
			case "targets":
				g.comments = append(g.comments, f.comments()...)
				g.targets = j.readTargets(f)
			case "labels":
				g.above = f.comments()
				j.readLabels(&g, f)
			default:
				j.unknown(f)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// readTargets reads the addresses. One with a password in it is left out: it
// would be refused whichever way it came.
func (j *job) readTargets(f field) []target {
	var targets []target
	addresses, at := j.texts(f)
	for i, address := range addresses {
		if hasPassword(address) || hasBareUserinfo(address) {
			j.secrets.remember(address)
			j.dropped(at[i].place, "a target has credentials in it, and was left out: write it without them, and the credentials into a basic_auth block, or into the settings of the exporter that is to use them")
			continue
		}
		t := target{element{comments: at[i].comments()}, at[i].place, address, j.carriers[model.AddressLabel]}
		if t.isSecret {
			t.value = j.hide("target", at[i], ", as a whole: relabel_configs make a parameter of it that is one")
		} else {
			t.value = j.free("target", at[i], address)
		}
		targets = append(targets, t)
	}
	return targets
}

// readLabels reads the labels of a group. Some cannot be those of a group at a
// gateway.
func (j *job) readLabels(g *group, f field) {
	for _, l := range j.fields(f.value) {
		t, ok := j.text(l.key, l.value)
		switch {
		case !ok:
		case isOfPoints(l.key):
			j.dropped(l.place, "label %q was left out: a Pushgateway mixes it up with that of histograms and summaries", l.key)
		case l.key == model.MetricNameLabel || !model.UTF8Validation.IsValidLabelName(l.key):
			j.refused(l.place, "label %.60q was left out: no target has a label of this name", l.key)
		case t == "" && (l.key == model.JobLabel || l.key == model.InstanceLabel): // as if it were not there
		default:
			name := j.labelName(l)
			g.labels = append(g.labels, element{comments: l.comments(), key: name, value: j.labelValue(l, t)})
			g.values[name] = t
		}
	}
}

// labelValue hides what is a secret by its name, or by what rules make of it.
func (j *job) labelValue(l field, text string) hclwrite.Tokens {
	if j.carriers[l.key] && text != "" {
		return j.hide(l.key, l.value, "")
	}
	return j.named(l.key, l.value, text)
}

// labelName is the name of a target's label: all gateways take the classic ones.
func (j *job) labelName(l field) string {
	if model.LegacyValidation.IsValidLabelName(l.key) {
		return l.key
	}
	name := model.EscapeName(l.key, model.UnderscoreEscaping)
	j.renamed[l.key] = name
	j.dropped(l.place, "label %.60q was written as %s: a grouping key takes [a-zA-Z_][a-zA-Z0-9_]* only", l.key, name)
	return name
}

// A scraped target is what Prometheus would make of an address.
type scraped struct {
	address  string
	instance string // "" where it would be the address
	job      string
	kept     bool
	interval string
	timeout  string
	mixedUp  string // a label of it that no group can have; "" where none
	all      string // labels after relabeling
	key      string // those of them that series get
}

// scrape is what relabeling makes of a target.
func (j *job) scrape(t target, g group) scraped {
	b := labels.NewBuilder(labels.EmptyLabels())
	defaults := map[string]string{
		model.JobLabel:         j.name,
		model.SchemeLabel:      "http",
		model.MetricsPathLabel: "/metrics",
	}
	maps.Copy(defaults, j.discovered)
	for name, value := range g.values {
		if value != "" {
			defaults[name] = value
		}
	}
	for name, value := range defaults {
		b.Set(name, value)
	}
	b.Set(model.AddressLabel, t.address)
	of := scraped{kept: relabel.ProcessBuilder(b, j.rules...)}
	of.address, of.instance, of.job = b.Get(model.AddressLabel), b.Get(model.InstanceLabel), b.Get(model.JobLabel)
	of.interval, of.timeout = b.Get(model.ScrapeIntervalLabel), b.Get(model.ScrapeTimeoutLabel)
	if of.instance == "" {
		b.Set(model.InstanceLabel, of.address)
	}
	of.all = b.Labels().String()
	b.Range(func(l labels.Label) {
		if strings.HasPrefix(l.Name, model.ReservedLabelPrefix) {
			b.Del(l.Name)
		}
		if isOfPoints(l.Name) {
			of.mixedUp = l.Name
		}
	})
	of.key = b.Labels().String()
	return of
}

// loopback tells a target whose instance would be that of no host in particular.
func (s scraped) loopback() bool {
	host, _ := cutPort(s.address)
	return s.kept && s.instance == "" && isLoopback(host)
}

// eachTarget calls do with each static target of a job, and keeps those for
// which it returns true.
func (j *job) eachTarget(do func(t target, s scraped) bool) {
	for i := range j.groups {
		g := &j.groups[i]
		g.targets = slices.DeleteFunc(g.targets, func(t target) bool { return !do(t, j.scrape(t, *g)) })
	}
	j.groups = slices.DeleteFunc(j.groups, func(g group) bool { return len(g.targets) == 0 })
}

// writeGroups writes targets where a job has one group without labels, else a
// static_config for each.
func (j *job) writeGroups(b *block) {
	if len(j.groups) == 1 && len(j.groups[0].labels) == 0 {
		g := j.groups[0]
		b.set("targets", g.list(), g.comments...)
		return
	}
	for _, g := range j.groups {
		config := b.add("static_config", g.comments)
		config.set("targets", g.list())
		if len(g.labels) > 0 {
			config.set("labels", object(g.labels), g.above...)
		}
	}
}

// list writes the targets of a group.
func (g group) list() hclwrite.Tokens {
	elements := make([]element, len(g.targets))
	for i, t := range g.targets {
		elements[i] = t.element
	}
	return list(elements)
}

// splitLoopback gives each target whose instance would be this machine's name a
// group of its own, with the instance that Prometheus shows.
func (j *job) splitLoopback() {
	var groups []group
	for _, g := range j.groups {
		first := len(groups)
		open := false // the last group takes more targets
		for _, t := range g.targets {
			own := g
			own.comments, own.targets = nil, []target{t}
			switch {
			case j.scrape(t, g).loopback():
				own.labels = append(slices.Clone(g.labels), element{key: model.InstanceLabel, value: t.value})
				groups, open = append(groups, own), false
			case open:
				last := &groups[len(groups)-1]
				last.targets = append(last.targets, t)
			default:
				groups, open = append(groups, own), true
			}
		}
		groups[first].comments = g.comments
	}
	j.groups = groups
}
