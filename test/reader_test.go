//go:build linux

package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A reader is someone who follows a document.
type reader struct {
	*testing.T
	document
	text     string
	dir      string   // where it works; what lies outside, as /etc/promferry, is below it
	gateway  gateway  // the one of localhost:9091
	exporter *process // the node_exporter, where the document stops it
	receiver *process // the Prometheus that is written to, likewise
	running  *process
	group    string // that running pushes
	done     []string
	printed  string // by the last command that ended
}

func newReader(t *testing.T, d document) *reader {
	t.Helper()
	for _, command := range []string{"ip link set lo up", "hostname web1"} {
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	return &reader{T: t, document: d, text: repoText(t, d.path), dir: t.TempDir(), gateway: gateway{"http://localhost:9091"}}
}

// shell runs a line as it stands, but for the directories outside of the
// reader's, which the output has as in the line again.
func (r *reader) shell(line string) (p *process, out func() string) {
	line = regexp.MustCompile(`(^|[ =:>"'])/(etc|run|var)/`).ReplaceAllString(line, "${1}"+r.dir+"/$2/")
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = r.dir, environment("PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	p = startAsOnTerminal(r, cmd)
	return p, func() string { return strings.ReplaceAll(p.stdout.String(), r.dir, "") }
}

// block returns a fenced block of a language, by its place among those.
func (r *reader) block(language string, index int) string {
	r.Helper()
	all := blocks(r.text, language)
	if index >= len(all) {
		r.Fatalf("%s: %d blocks of %s, want more than %d", r.path, len(all), language, index)
	}
	return all[index]
}

// write makes a file below the reader's directory.
func (r *reader) write(name, text string) {
	r.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.Fatal(err)
	}
}

// serve starts a part, and waits for it to answer at the URL.
func (r *reader) serve(url, program string, args ...string) *process {
	r.Helper()
	p := start(r, exec.Command(program, args...))
	if err := p.answers(url); err != nil {
		r.Fatalf("%s: %v\n%s%s", p.cmd, err, &p.stdout, &p.stderr)
	}
	return p
}

func (r *reader) startPushgateway(flags ...string) *process {
	r.Helper()
	return r.startPushgatewayAt("9091", flags...)
}

func (r *reader) startPushgatewayAt(port string, flags ...string) *process {
	r.Helper()
	return r.serve("http://localhost:"+port+"/-/ready", "prometheus-pushgateway",
		append([]string{"--persistence.file=", "--web.listen-address=127.0.0.1:" + port}, flags...)...)
}

func (r *reader) startNodeExporter() *process {
	r.Helper()
	return r.serve("http://localhost:9100/", "prometheus-node-exporter", "--web.listen-address=127.0.0.1:9100")
}

func (r *reader) startFlask(port string) *process {
	r.Helper()
	return r.serve("http://localhost:"+port+"/metrics", "/usr/bin/python3", "testdata/flask_app.py", "127.0.0.1", port)
}

// startPrometheus runs a configuration of the reader's directory.
func (r *reader) startPrometheus(file string, flags ...string) *process {
	r.Helper()
	return r.serve("http://localhost:9090/-/ready", "prometheus", append([]string{"--config.file=" + filepath.Join(r.dir, file),
		"--storage.tsdb.path=" + r.TempDir(), "--web.listen-address=" + net.JoinHostPort("127.0.0.1", "9090"), "--web.enable-lifecycle"}, flags...)...)
}

// upIs waits until the gateway says so of a job.
func (r *reader) upIs(job, value string) {
	r.Helper()
	up := regexp.MustCompile(`(?m)^up\{[^}]*job="` + job + `"[^}]*\} ` + value + `$`)
	eventually(r, fmt.Sprintf("up %s of job %s", value, job), func() error {
		body, err := get(r.gateway.url + "/metrics")
		if err == nil && !up.Match(body) {
			err = fmt.Errorf("not there")
		}
		return err
	})
}
