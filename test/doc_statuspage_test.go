//go:build linux

package test

import "testing"

func TestDocStatusPage(t *testing.T) {
	follow(t, document{path: "docs/status-page.md", prepare: (*reader).runOneTarget, commands: map[string]expectation{
		"curl -s 'http://127.0.0.1:9097/?format=text'":                {retried: true},
		"curl -s 'http://127.0.0.1:9097/?format=text&state=broken'":   {prints: "0 of 1 target shown"},
		"curl -s 'http://127.0.0.1:9097/api/v1/targets?state=active'": {prints: `"path":"/metrics/job/app/instance/web1:8000"`},
		"curl -s http://127.0.0.1:9097/api/v1/gateways":               {prints: `"name":"default","url":"http://localhost:9091","state":"answering"`},
		"curl -s http://127.0.0.1:9097/api/v1/remote_writes":          {prints: `"remoteWrites":[]`},
		"curl -s http://127.0.0.1:9097/config":                        {},
	}})
}

// runOneTarget starts promferry as the service that the text is about.
func (r *reader) runOneTarget() {
	r.Helper()
	r.startFlask("8000")
	r.startPushgateway()
	r.write("promferry.hcl", "# As in the five minutes.\ngateway \"default\" {\n  url = \"http://localhost:9091\"\n}\n\njob \"app\" {\n  targets = [\"localhost:8000\"]\n}\n")
	r.runBeside()
}
