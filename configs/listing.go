package configs

import (
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/promferry/promferry/convert"
)

// A placed target knows where it stands in the text.
type placed struct {
	Target
	at hcl.Range
}

// A listed address is one that a job names, with the layers of its labels.
type listed struct {
	address text
	layers  []layer
}

// targets resolves what a job lists, at most limit targets unless that is 0. The
// layers are those around the targets.
func (s *section) targets(limit int, layers ...layer) []placed {
	all := s.addresses(layers)
	if s.has("files") {
		return s.files(all, layers)
	}
	if s.has("max_age") {
		s.refuse("max_age", s.at("max_age"), "max_age without files", "max_age is for text files; there are none in this job. Leave it out, or add files.")
	}
	if len(all) == 0 && !s.bad["targets"] && !s.hasLater() {
		s.errorf(s.block.DefRange(), "Job without targets", `Write targets = ["host:port"], a static_config block, or files.`)
	}
	if limit > 0 && len(all) > limit {
		s.errorf(all[limit].address.at, "Too many targets", "target_limit is %d, and the job has %d targets. Raise it or split the job.", limit, len(all))
	}
	return s.resolve(all)
}

// addresses are those of the job itself and of each static_config.
func (s *section) addresses(layers []layer) []listed {
	var all []listed
	for _, t := range s.texts("targets") {
		all = append(all, listed{t, layers})
	}
	for _, static := range s.sections(&staticConfigSchema) {
		inner := append(layers[:len(layers):len(layers)], static.labels())
		for _, t := range static.texts("targets") {
			all = append(all, listed{t, inner})
		}
		s.bad["targets"] = s.bad["targets"] || static.bad["targets"] || !static.has("targets")
	}
	return all
}

func (s *section) resolve(all []listed) []placed {
	endpoint := s.endpoint()
	var targets []placed
	for _, l := range all {
		if s.refuseSecrets("targets", l.address) {
			continue
		}
		parsed, err := parseAddress(l.address.value)
		if err != nil {
			s.errorf(l.address.at, "Bad target address", `%s %s. Write "host:port", "http://host:port/path" or "unix:///run/app.sock".`, quote(l.address.value), err)
			continue
		}
		thisHost := func() string { return s.thisHost(l.address.at) }
		targets = append(targets, placed{endpoint.resolve(parsed, merged(l.layers...), thisHost), l.address.at})
	}
	return targets
}

// files are one target. What the job lists beside them is refused.
func (s *section) files(beside []listed, layers []layer) []placed {
	if len(beside) > 0 || s.has("targets") {
		s.errorf(s.block.Body.Attributes["files"].NameRange, "Targets and files together", "A job reads text files or scrapes targets. Make a job of its own for the files.")
	}
	s.endpoint() // what is wrong in it is wrong here too
	target := Target{MaxAge: s.duration("max_age", 0)}
	for _, t := range s.texts("files") {
		s.checkPattern(t)
		target.Files = append(target.Files, t.value)
	}
	if len(target.Files) == 0 && !s.bad["files"] {
		s.refuse("files", s.at("files"), "No files named", `Write files = ["/var/lib/app/*.prom"].`)
	}
	values := merged(layers...)
	target.Discovered = convert.LabelsOf(values)
	if values[instanceLabel] == "" {
		values[instanceLabel] = s.thisHost(s.at("files"))
	}
	target.Labels = convert.LabelsOf(values)
	return []placed{{target, s.at("files")}}
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
