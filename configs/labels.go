package configs

import (
	"maps"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// A layer is the target labels that one block sets, by name. Of the layers of a
// target the inner block wins; an empty value takes a label away.
type layer map[string]text

// labels reads the labels map of a block.
func (s *section) labels() layer {
	of := layer{}
	for _, e := range s.textMap("labels") {
		if s.goodLabel(e.key, e.value) {
			of[e.key.value] = e.value
		}
	}
	return of
}

// staticLabels reads those of a static_config: as in Prometheus, labels __… among
// them say how the targets are scraped, or are for rules.
func (s *section) staticLabels() layer {
	of := layer{}
	for _, e := range s.textMap("labels") {
		if strings.HasPrefix(e.key.value, model.ParamLabelPrefix) {
			s.mask(e.value.at) // of names that were put together, too
		}
		if isHidden(e.key.value) || s.goodLabel(e.key, e.value) {
			of[e.key.value] = e.value
		}
	}
	return of
}

// isHidden tells a label that no series gets.
func isHidden(name string) bool {
	return strings.HasPrefix(name, model.ReservedLabelPrefix) && model.UTF8Validation.IsValidLabelName(name)
}

// goodLabel reports a label that cannot be a target's.
func (d *decoder) goodLabel(name, value text) bool {
	if err := convert.CheckTargetLabel(name.value, value.value); err != nil {
		d.errorf(name.at, "Bad target label", "Target labels become the grouping key: %s.", err)
		return false
	}
	return d.notEmpty(name.value, value)
}

// notEmpty reports an empty job or instance: a group has both.
func (d *decoder) notEmpty(name string, value text) bool {
	if value.value == "" && (name == jobLabel || name == instanceLabel) {
		d.errorf(value.at, "Empty "+name+" label", "Each group has a job and an instance that are not empty. Give a value, or leave %s out.", name)
		return false
	}
	return true
}

// set adds a label that a block says by other means than its labels map.
func (s *section) set(to layer, name string, value text) {
	if twice, ok := to[name]; ok {
		s.errorf(twice.at, "Label set twice", "The %s label of this block is already %q, at %s.", name, value.value, place(value.at))
	}
	if s.goodLabel(text{name, value.at}, value) {
		to[name] = value
	}
}

// setInstance adds the instance attribute of a block.
func (s *section) setInstance(to layer) {
	if t, ok := s.text("instance"); ok {
		s.set(to, instanceLabel, t)
	}
}

func (s *section) globalLabels() layer {
	of := s.labels()
	if job, ok := of[jobLabel]; ok {
		s.errorf(job.at, "Job label in global", "Each job sets its own: the label of its block. Leave job out here.")
		delete(of, jobLabel)
	}
	s.setInstance(of)
	return of
}

// merged returns the values of the layers, the outermost first.
func merged(layers ...layer) map[string]string {
	all := layer{}
	for _, l := range layers {
		maps.Copy(all, l)
	}
	values := make(map[string]string, len(all)+1)
	for name, t := range all {
		values[name] = t.value
	}
	return values
}

const (
	jobLabel      = "job"
	instanceLabel = "instance"
)
