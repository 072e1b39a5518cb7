package prometheusyaml

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// writeAbsences writes an alert for each job that goes to stores alone: there up
// ends with promferry, or with its host.
func (res *Result) writeAbsences(b *strings.Builder) {
	b.WriteString("For the rules of the store: where promferry or its host dies, there is no up any more. What tells is its absence:\n\ngroups:\n  - name: promferry\n    rules:\n")
	for _, interval := range res.intervals() {
		window := model.Duration(time.Duration(stale(interval)) * time.Second)
		for _, label := range res.plainLabels(interval) {
			expr := fmt.Sprintf("absent_over_time(up{job=%s}[%s])", strconv.Quote(label), window)
			fmt.Fprintf(b, "      - alert: WriteStale\n        expr: %s\n        for: 1m\n", yamlQuoted(expr))
		}
	}
	res.writeUnknownLabels(b)
	b.WriteString("\n")
}

const storeSteps = `Then:
  1. promferry check config FILE, and promferry targets --config.file=FILE: are these the targets that you mean?
  2. The store must not get a series by two ways. Take the jobs out of prometheus.yml, reload Prometheus, and start
     promferry run --config.file=FILE: what is missing is a scrape or two.
  3. Rules and dashboards that look at these jobs in that Prometheus find nothing new there: they belong to the store.
`
