package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// groupFlags name one group. The same flags name the same group in push, delete
// and exec.
type groupFlags struct {
	job         string
	instance    string
	hasInstance bool // given, if only as nothing
	labels      []string
}

// register returns the flag of the job, which not all commands require.
func (f *groupFlags) register(to flagger) *kingpin.FlagClause {
	job := flag(to, "job", "Job label of the group.")
	job.StringVar(&f.job)
	flag(to, "instance", "Instance label of the group. Default: this machine's name; --instance= leaves it out.").IsSetByUser(&f.hasInstance).StringVar(&f.instance)
	flag(to, "label", "Another label of the group, as name=value. Repeatable.").PlaceHolder("NAME=VALUE").StringsVar(&f.labels)
	return job
}

// group returns the grouping key.
func (f *groupFlags) group() (convert.Labels, error) {
	labels := make(map[string]string)
	for _, given := range f.labels {
		name, value, ok := strings.Cut(given, "=")
		if !ok {
			return nil, fmt.Errorf("--label=%s: want name=value", given)
		}
		if _, twice := labels[name]; twice {
			return nil, fmt.Errorf("--label=%s: the label %s is given twice", given, name)
		}
		if name == model.JobLabel || name == model.InstanceLabel {
			return nil, fmt.Errorf("--label=%s: write --%s", given, given)
		}
		labels[name] = value
	}
	instance, err := f.ownInstance()
	if err != nil {
		return nil, err
	}
	labels[model.JobLabel], labels[model.InstanceLabel] = f.job, instance
	return checkGroup(labels)
}

func (f *groupFlags) ownInstance() (string, error) {
	if f.hasInstance || f.instance != "" {
		return f.instance, nil
	}
	host, err := os.Hostname()
	if err == nil && host == "" {
		err = errors.New("it has none")
	}
	if err != nil {
		return "", fmt.Errorf("--instance would be this machine's name: %w", err)
	}
	return host, nil
}

// checkGroup refuses what no gateway may be sent.
func checkGroup(labels map[string]string) (convert.Labels, error) {
	if labels[model.JobLabel] == "" {
		return nil, errors.New("--job is empty: each group has a job")
	}
	for name, value := range labels {
		if err := convert.CheckTargetLabel(name, value); err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
	}
	return convert.LabelsOf(labels), nil
}
