package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// A scrapeJob is a job with its targets. It is written for Prometheus and for
// promferry from this one description, so both have the same.
type scrapeJob struct {
	name     string     // of the job, and the value of the target label t: it tells each series of the job
	targets  []string   // host:port
	gateway  int        // the one that gets it, or everywhere
	labels   attributes // of the targets
	settings attributes
	rules    []attributes // metric_relabel_config
	relabel  []attributes // relabel_config
	only     attributes   // of promferry
	honest   bool         // Prometheus takes the timestamps of samples
}

// everywhere is a job's gateway where it names none.
const everywhere = -1

// attributes have the same names and values in both languages.
type attributes map[string]any

func (j scrapeJob) yaml() attributes {
	job := attributes{
		"job_name":               j.name,
		"honor_timestamps":       j.honest,
		"static_configs":         j.static(),
		"relabel_configs":        j.relabel,
		"metric_relabel_configs": j.rules,
	}
	for name, value := range j.settings {
		job[name] = value
	}
	return job
}

// static are the targets, each with an instance of its own: that of one on
// loopback has this machine's name by default (T34).
func (j scrapeJob) static() (blocks []attributes) {
	for _, target := range j.targets {
		labels := attributes{"t": j.name, "instance": target}
		maps.Copy(labels, j.labels)
		blocks = append(blocks, attributes{"targets": []string{target}, "labels": labels})
	}
	return blocks
}

func (j scrapeJob) hcl(t testing.TB) string {
	var text strings.Builder
	fmt.Fprintf(&text, "job %s {\n", template(t, j.name))
	j.settings.hcl(t, &text)
	j.only.hcl(t, &text)
	if j.gateway != everywhere {
		attributes{"gateways": []string{fmt.Sprint("gateway", j.gateway)}}.hcl(t, &text)
	}
	for kind, blocks := range map[string][]attributes{
		"static_config": j.static(), "relabel_config": j.relabel, "metric_relabel_config": j.rules,
	} {
		for _, block := range blocks {
			text.WriteString(kind + " {\n")
			block.hcl(t, &text)
			text.WriteString("}\n")
		}
	}
	text.WriteString("}\n")
	return text.String()
}

func (a attributes) hcl(t testing.TB, to *strings.Builder) {
	for name, value := range a {
		fmt.Fprintf(to, "%s = %s\n", name, template(t, value))
	}
}

// template writes a value for HCL: as JSON, but for what begins a template.
func template(t testing.TB, value any) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(literal(t, value))
}

func literal(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
