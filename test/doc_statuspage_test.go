//go:build linux

package test

import "testing"

func TestDocStatusPage(t *testing.T) {
	follow(t, document{path: "docs/status-page.md", prepare: (*reader).prepareStatusPage, commands: map[string]expectation{
		"curl -s 'http://127.0.0.1:9097/?format=text'":                {prints: "/metrics/job/app/instance/web1:8000"},
		"curl -s 'http://127.0.0.1:9097/?format=text&state=broken'":   {prints: "of 1 target shown"},
		"curl -s 'http://127.0.0.1:9097/api/v1/targets?state=active'": {prints: `"activeTargets":[{`},
		"curl -s http://127.0.0.1:9097/api/v1/gateways":               {prints: `"status":"success"`},
	}})
}

func (r *reader) prepareStatusPage() {
	r.Helper()
	r.startPushgateway()
	r.startFlask("8000")
	r.shell("exec promferry run --target=localhost:8000 --gateway=http://localhost:9091 --job=app")
	r.upIs("app", "1")
}
