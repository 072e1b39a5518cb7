package configs

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/convert"
)

// A placed target knows where it stands in the text.
type placed struct {
	Target
	at hcl.Range
}

// A listed address is one that a job names, with the labels of its static_config.
type listed struct {
	address text
	labels  layer
}

// targets resolves what a job lists. Those that relabeling drops are apart.
func (s *section) targets(r recipe, found []Discovery) (kept []placed, dropped []Target) {
	all := s.addresses()
	if s.has("files") {
		return s.files(all, r, len(found) > 0)
	}
	if s.has("max_age") {
		s.refuse("max_age", s.at("max_age"), "max_age without files", "max_age is for text files; there are none in this job. Leave it out, or add files.")
	}
	if len(all)+len(found) == 0 && !s.bad["targets"] {
		s.errorf(s.block.DefRange(), "Job without targets", `Write targets = ["host:port"], a static_config block, files, or a block that finds targets: file_sd_config, http_sd_config, dns_sd_config.`)
	}
	if len(found) == 0 {
		s.warnURLRules(all, r.rules)
	}
	for _, l := range all {
		t, ok, err := s.resolve(l, r)
		switch {
		case err != nil:
		case ok:
			kept = append(kept, placed{t, l.address.at})
		default:
			dropped = append(dropped, t)
		}
	}
	return kept, dropped
}

// checkTargetLimit counts what is sure to be there: more may be found later.
func (s *section) checkTargetLimit(limit int, targets []placed) {
	if limit > 0 && len(targets) > limit {
		s.errorf(targets[limit].at, "Too many targets", "target_limit is %d, and the job has %d targets. Raise it or split the job.", limit, len(targets))
	}
}

// addresses are those of the job itself and of each static_config.
func (s *section) addresses() []listed {
	var all []listed
	for _, t := range s.texts("targets") {
		all = append(all, listed{t, nil})
	}
	for _, static := range s.sections(&staticConfigSchema) {
		labels := static.staticLabels()
		for _, t := range static.texts("targets") {
			all = append(all, listed{t, labels})
		}
		s.bad["targets"] = s.bad["targets"] || static.bad["targets"] || !static.has("targets")
	}
	return all
}

// resolve reports what is wrong with a target; the error is not for people.
func (s *section) resolve(l listed, r recipe) (Target, bool, error) {
	if hasUserinfo(l.address.value) && !strings.HasPrefix(l.address.value, unixPrefix) {
		s.mask(l.address.at)
	}
	if strings.ContainsAny(l.address.value, "?#") {
		s.mask(l.address.at) // a query may hold a secret
	}
	found := merged(l.labels)
	found[model.AddressLabel] = l.address.value
	t, kept, err := r.resolve(found, func() string { return s.thisHost(l.address.at) })
	s.reportProblem(l.address.at, err)
	return t, kept, err
}

// files are one target. What the job lists beside them is refused.
func (s *section) files(beside []listed, r recipe, finds bool) (kept []placed, dropped []Target) {
	if len(beside) > 0 || s.has("targets") || finds {
		s.errorf(s.block.Body.Attributes["files"].NameRange, "Targets and files together", "A job reads text files or scrapes targets. Make a job of its own for the files.")
	}
	target := Target{MaxAge: s.duration("max_age", 0), ScrapeInterval: r.interval, ScrapeTimeout: r.timeout}
	for _, t := range s.texts("files") {
		s.checkPattern(t)
		target.Files = append(target.Files, t.value)
	}
	if len(target.Files) == 0 && !s.bad["files"] {
		s.refuse("files", s.at("files"), "No files named", `Write files = ["/var/lib/app/*.prom"].`)
	}
	target.Discovered = convert.LabelsOf(r.labels)
	b := builderOf(r.labels)
	if !relabel.ProcessBuilder(b, r.rules...) {
		return nil, []Target{target}
	}
	if b.Get(instanceLabel) == "" {
		b.Set(instanceLabel, s.thisHost(s.at("files")))
	}
	var err error
	if target.Labels, err = keyOf(b); err != nil {
		s.reportProblem(s.at("files"), err)
		return nil, nil
	}
	return []placed{{target, s.at("files")}}, nil
}

// reportProblem reports an error of resolve.
func (d *decoder) reportProblem(at hcl.Range, err error) {
	var p *problem
	if errors.As(err, &p) {
		d.errorf(at, p.summary, "%s", p.detail)
	}
}

func (s *section) checkPattern(t text) {
	if _, err := filepath.Match(t.value, ""); err != nil || t.value == "" {
		s.refuse("files", t.at, "Bad file pattern", "%s is no path and no pattern; see the syntax of path/filepath.Match.", quote(t.value))
		return
	}
	if !strings.ContainsAny(t.value, `*?[\`) {
		s.warnMissing("files", t)
	}
}
