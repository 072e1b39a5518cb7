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
		verifyJob("node"):                                                                        {retried: true},
		verifyJob("app"):                                                                         {retried: true},
	}})
}

func verifyJob(job string) string {
	return `promferry verify --prometheus=http://localhost:9090 --window=30s --direct='{job="` + job + `_pull"}' --relayed='{job="` + job + `"}'`
}

func (r *reader) prepareMigration() {
	r.Helper()
	r.startPushgateway()
	r.startNodeExporter()
	r.startFlask("8000")
	r.write("prometheus.yml", r.block("yaml", 0))
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
