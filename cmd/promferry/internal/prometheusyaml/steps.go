package prometheusyaml

import (
	"fmt"
	"strconv"
	"strings"
)

// writeSteps writes the way from one scrape to the other.
func (res *Result) writeSteps(b *strings.Builder) {
	b.WriteString(`Then:
  1. promferry check config FILE, and promferry targets --config.file=FILE: are these the targets that you mean?
  2. Two ways to the same series would disturb each other. In prometheus.yml, give what promferry takes over another
     job label:
`)
	for _, line := range res.renamings() {
		fmt.Fprintf(b, "     - %s\n", line)
	}
	label := res.oneLabel()
	fmt.Fprintf(b, `     Add the job and the rules above, reload Prometheus, and start promferry run --config.file=FILE.
  3. For each: promferry verify --prometheus=URL --direct=%s --relayed=%s
  4. Where that says alike, take the job out of prometheus.yml.
`, selector(pulled(label)), selector(label))
}

// renamings say how each job gets another label: by another job_name, unless
// that is not where the label comes from.
func (res *Result) renamings() []string {
	var same, lines []string
	for _, j := range res.jobs {
		switch {
		case j.label == "":
			lines = append(lines, fmt.Sprintf("job_name %q: its relabel_configs make the job label of what is found: have them add _pull to it", j.name))
		case j.label != j.name:
			lines = append(lines, fmt.Sprintf("job_name %q: its labels or relabel_configs make the job label %q: change that to %q", j.name, j.label, pulled(j.label)))
		default:
			same = append(same, strconv.Quote(j.name))
		}
	}
	if len(same) == 0 {
		return lines
	}
	return append([]string{"rename each of these job_names to NAME_pull: " + strings.Join(same, ", ")}, lines...)
}

// oneLabel is a job label for an example.
func (res *Result) oneLabel() string {
	for _, j := range res.jobs {
		if j.label != "" {
			return j.label
		}
	}
	return "NAME"
}

// pulled is the label for what Prometheus goes on to scrape itself.
func pulled(label string) string { return label + "_pull" }

// selector chooses a job in PromQL, as a word for a shell.
func selector(label string) string {
	return "'" + strings.ReplaceAll("{job="+strconv.Quote(label)+"}", "'", `'\''`) + "'"
}
