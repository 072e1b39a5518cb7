//go:build linux

package test

import (
	"strings"
	"testing"
)

func TestDocMigration(t *testing.T) {
	follow(t, document{path: "docs/migration.md", prepare: (*reader).prepareMigration, commands: map[string]expectation{
		"promferry import prometheus prometheus.yml --gateway=http://localhost:9091 > moved.hcl": {code: 1, after: (*reader).cutJob},
		`sed -n '/^job "app"/,/^}/p' moved.hcl`:                                                  {},
		"promferry check config moved.hcl":                                                       {},
		"promferry targets --config.file=moved.hcl | grep -E '^  (target|push)'":                 {},
		`sed -i -E 's/job_name: (node|app|pool)$/job_name: \1_pull/' prometheus.yml`:             {},
		"cat scrape-job.yml >> prometheus.yml":                                                   {},
		"curl -s -X POST http://localhost:9090/-/reload":                                         {},
		"promferry run --config.file=moved.hcl":                                                  {group: "app"},
		verifyJob("node", "30s"):                                                                 {as: verifyJob("node", verifyWindow), retried: true},
		verifyJob("app", "30s"):                                                                  {as: verifyJob("app", verifyWindow), retried: true},
	}})
}

func verifyJob(job, window string) string {
	return `promferry verify --prometheus=http://localhost:9090 --window=` + window + ` --direct='{job="` + job + `_pull"}' --relayed='{job="` + job + `"}'`
}

// prepareMigration has the page's Prometheus scrape more often, so that a short
// window will do.
func (r *reader) prepareMigration() {
	r.Helper()
	r.startPushgateway()
	r.startNodeExporter()
	r.startFlask("8000")
	r.write("prometheus.yml", strings.Replace(r.block("yaml", 0), "scrape_interval: 5s", "scrape_interval: 1s", 1))
	r.startPrometheus("prometheus.yml")
}

// cutJob does what a reader does with the report: it takes the job out of it.
func (r *reader) cutJob() {
	_, report, _ := strings.Cut(r.printed, "\nscrape_configs:\n")
	job, _, found := strings.Cut(report, "\n\n")
	if !found {
		r.Fatalf("no job in the report:\n%s", r.printed)
	}
	r.write("scrape-job.yml", job+"\n")
}
