//go:build unix

package test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestReadme does all that the README says, to the letter: each command in its
// console blocks, each configuration. It runs in a network namespace of its
// own, so that the README's ports are free and its gateway is a real one.
func TestReadme(t *testing.T) {
	if os.Getenv(readmeVariable) != "" {
		followReadme(t)
		return
	}
	for _, name := range []string{"unshare", "ip", "promtool", "prometheus", "prometheus-pushgateway", "prometheus-node-exporter"} {
		part(t, name)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	isolate := []string{"--net"}
	if os.Getuid() != 0 {
		isolate = []string{"--map-root-user", "--net"}
	}
	if err := exec.Command("unshare", append(isolate, "true")...).Run(); err != nil {
		missing(t, "network namespaces ("+err.Error()+")")
	}
	cmd := exec.Command("unshare", append(isolate, self, "-test.run=^TestReadme$", "-test.v")...)
	cmd.Env = append(os.Environ(), readmeVariable+"=inside")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestReadme") {
		t.Errorf("%v\n%s", err, out)
	}
}

// readmeVariable tells the test that it is in its namespace.
const readmeVariable = "PROMFERRY_README"

func followReadme(t *testing.T) {
	t.Helper()
	r := newReader(t)
	r.startParts()
	for _, block := range r.blocks("console") {
		for line := range strings.Lines(block) {
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
			if !ok {
				t.Errorf("README: line %q of a console block is no command", line)
				continue
			}
			r.command(command)
		}
	}
	for command := range commands {
		if !slices.Contains(r.done, command) {
			t.Errorf("README: command %q is gone; take it out of this test", command)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `promferry ([a-z ]+)").FindAllStringSubmatch(r.text, -1) {
		if got := r.promferry(append(strings.Fields(row[1]), "--help")...); got.code != 0 {
			t.Errorf("README: promferry %s --help: exit code %d\n%s", row[1], got.code, got.stderr)
		}
	}
	r.checkPrometheusSide()
}

// An expectation says what a command of the README does.
type expectation struct {
	group  string // it goes on until stopped, and pushes this job
	stdout string // it ends well, and prints this; "" is silence
	check  func(*reader)
}

var commands = map[string]expectation{
	"go run ./cmd/promferry demo": {check: (*reader).demo},
	"make test":                   {check: (*reader).makeTest},
	"promferry run --target=localhost:9100 --gateway=http://localhost:9091 --job=node": {group: "node"},
	"promferry check config promferry.hcl":                                             {},
	"promferry targets":                                                                {stdout: "http://localhost:9091/metrics/job/flask/instance/"},
	"promferry once --dry-run":                                                         {stdout: "PUT http://localhost:9091/metrics/job/node/instance/"},
	"promferry run":                                                                    {group: "flask"},
	"PROMFERRY_TARGET=localhost:8000 PROMFERRY_GATEWAY=http://localhost:9091 PROMFERRY_JOB=shop promferry":      {group: "shop"},
	"promferry run --config.file=/etc/promferry/promferry.hcl":                                                  {group: "node"},
	"promferry exec --gateway=http://localhost:9091 --job=backup -- tar -cf /run/backup.tar promferry.hcl":      {},
	"echo 'backup_bytes 17' | promferry push --gateway=http://localhost:9091 --job=backup --method=POST":        {check: (*reader).pushes},
	"promferry delete --gateway=http://localhost:9091 --job=shop --instance=old-pod":                            {stdout: "/metrics/job/shop/instance/old-pod was not there"},
	"promferry prune --gateway=http://localhost:9091 --older-than=1d":                                           {stdout: " groups is older than 1d\n"},
	"promferry import prometheus prometheus.yml > moved.hcl":                                                    {check: (*reader).imports},
	"promferry check config moved.hcl":                                                                          {},
	"promferry run --config.file=moved.hcl":                                                                     {group: "node"},
	`promferry verify --prometheus=http://localhost:9090 --direct='{job="node_pull"}' --relayed='{job="node"}'`: {check: (*reader).verifies},
	"promferry once --config.file=/etc/promferry/cron.hcl --timeout=30s --lock.file=/run/promferry.lock":        {},
}

// A reader is someone who follows the README.
type reader struct {
	*testing.T
	text    string
	dir     string // where it works; has the README's promferry.hcl, and etc and run
	gateway gateway
	done    []string
}

func newReader(t *testing.T) *reader {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{T: t, text: string(text), dir: t.TempDir()}
	configurations := r.blocks("hcl")
	if len(configurations) != 1 {
		t.Fatalf("README: %d configurations, want the one of the quick start", len(configurations))
	}
	cron, err := os.ReadFile("../configs/examples/cron.hcl")
	if err != nil {
		t.Fatal(err)
	}
	r.write("promferry.hcl", configurations[0])
	r.write("etc/promferry.hcl", configurations[0])
	r.write("etc/cron.hcl", strings.NewReplacer(
		"http://pushgateway.example.net:9091", "http://localhost:9091",
		"/var/lib/promferry/", r.dir+"/lib/",
		"/run/backup/", r.dir+"/run/",
	).Replace(string(cron)))
	r.write("lib/report.prom", "report_rows 17\n")
	r.write("run/.keep", "")
	return r
}

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

// blocks returns the fenced blocks of a language.
func (r *reader) blocks(language string) (blocks []string) {
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(r.text, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// startParts starts what the README takes for granted, on its ports.
func (r *reader) startParts() {
	r.Helper()
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		r.Fatalf("ip link: %v\n%s", err, out)
	}
	r.gateway = gateway{"http://localhost:9091"}
	for url, cmd := range map[string]*exec.Cmd{
		"http://localhost:9091/-/ready": exec.Command("prometheus-pushgateway", "--persistence.file=", "--web.listen-address=127.0.0.1:9091"),
		"http://localhost:9100/":        exec.Command("prometheus-node-exporter", "--web.listen-address=127.0.0.1:9100"),
		"http://localhost:5000/metrics": exec.Command("/usr/bin/python3", "testdata/flask_app.py", "127.0.0.1", "5000"),
		"http://localhost:8000/metrics": exec.Command("/usr/bin/python3", "testdata/flask_app.py", "127.0.0.1", "8000"),
	} {
		p := start(r, cmd)
		if err := p.answers(url); err != nil {
			r.Fatalf("%s: %v\n%s", cmd, err, &p.stderr)
		}
	}
	socket, err := net.Listen("unix", filepath.Join(r.dir, "run/metrics.sock"))
	if err != nil {
		r.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintln(w, "backup_done 1")
	})}
	go func() { _ = server.Serve(socket) }()
	r.Cleanup(func() { server.Close() })
}

// command does what one line says and checks what comes of it.
func (r *reader) command(line string) {
	want, known := commands[line]
	if !known {
		r.Errorf("README: command %q is new; say in this test what it should do", line)
		return
	}
	r.done = append(r.done, line)
	r.Logf("$ %s", line)
	if want.check != nil {
		want.check(r)
		return
	}
	env, args := r.parse(line)
	p := r.start(env, args...)
	if want.group == "" {
		if code := p.exitCode(r); code != 0 || p.stderr.String() != "" || !strings.Contains(p.stdout.String(), want.stdout) {
			r.Errorf("%s: exit code %d, want 0 and %q\nstdout: %s\nstderr: %s", line, code, want.stdout, &p.stdout, &p.stderr)
		}
		return
	}
	r.upIs(want.group, "1")
	for _, probe := range []string{"healthy", "ready"} {
		if got := r.promferry("check", probe); got.code != 0 {
			r.Errorf("check %s: exit code %d: %s", probe, got.code, got.stderr)
		}
	}
	p.terminate(r)
	r.upIs(want.group, "0")
}

// parse splits a command as a shell would one without quotes. What lies outside
// of the working directory is found below it.
func (r *reader) parse(line string) (env, args []string) {
	line = strings.NewReplacer("/etc/promferry/", r.dir+"/etc/", "/run/", r.dir+"/run/").Replace(line)
	for _, word := range strings.Fields(line) {
		if len(args) == 0 && strings.Contains(word, "=") {
			env = append(env, word)
		} else {
			args = append(args, word)
		}
	}
	if args[0] != "promferry" {
		r.Fatalf("README: command %q is not promferry's", line)
	}
	return env, args[1:]
}

func (r *reader) start(env []string, args ...string) *process {
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Env = r.dir, environment(env...)
	return start(r, cmd)
}

func (r *reader) promferry(args ...string) result {
	p := r.start(nil, args...)
	return result{code: p.exitCode(r), stdout: p.stdout.String(), stderr: p.stderr.String()}
}

// upIs waits until the gateway says so of a job.
func (r *reader) upIs(job, value string) {
	r.Helper()
	up := regexp.MustCompile(`(?m)^up\{(app="orders",)?instance="[^"]+",job="` + job + `"\} ` + value + `$`)
	eventually(r, fmt.Sprintf("up %s of job %s", value, job), func() error {
		body, err := get(r.gateway.url + "/metrics")
		if err == nil && !up.Match(body) {
			err = fmt.Errorf("not there")
		}
		return err
	})
}

// demo starts the demo from the source, as the first command of the README.
func (r *reader) demo() {
	cmd := exec.Command("go", "run", "./cmd/promferry", "demo")
	cmd.Dir, cmd.Env = "..", os.Environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run and the program that it runs
	p := start(r, cmd)
	eventually(r, "a push in the demo", func() error {
		for _, want := range []string{"http://127.0.0.1:", "/metrics/job/promferry/", ": stored"} {
			if !strings.Contains(p.stdout.String(), want) {
				return fmt.Errorf("no %q in %s%s", want, &p.stdout, &p.stderr)
			}
		}
		return nil
	})
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		r.Error(err)
	}
	<-p.ended
}

// pushes has a shell run the README's pipe, after its exec.
func (r *reader) pushes() {
	if out, err := r.shell(""); err != nil || len(out) > 0 {
		r.Errorf("exec: %v\n%s", err, out)
	}
	body, err := get(r.gateway.url + "/metrics")
	for _, want := range []string{"backup_bytes", "job_exit_code", "job_last_success_timestamp_seconds"} {
		if err != nil || !regexp.MustCompile(want+`\{instance="[^"]+",job="backup"\} `).Match(body) {
			r.Errorf("the gateway has no %s of the job: %v", want, err)
		}
	}
}

// shell runs the README's last command as it stands, and more behind it.
func (r *reader) shell(more string) ([]byte, error) {
	cmd := exec.Command("sh", "-c", r.done[len(r.done)-1]+more)
	cmd.Dir, cmd.Env = r.dir, environment("PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	return cmd.CombinedOutput()
}

// imports has a prometheus.yml with the job that is to be moved.
func (r *reader) imports() {
	r.write("prometheus.yml", "global:\n  scrape_interval: 1s\nscrape_configs:\n"+pullJob("node"))
	out, err := r.shell("")
	if err != nil || !strings.Contains(string(out), "honor_labels: true") {
		r.Errorf("import: %v\n%s", err, out)
	}
}

func pullJob(name string) string {
	return "  - job_name: " + name + "\n    static_configs:\n      - targets: [\"localhost:9100\"]\n"
}

// verifies lets both ways run before, and does not wait for minutes.
func (r *reader) verifies() {
	r.write("both.yml", "global:\n  scrape_interval: 1s\nscrape_configs:\n"+pullJob("node_pull")+
		"  - job_name: pushgateway\n    honor_labels: true\n    static_configs:\n      - targets: [\"localhost:9091\"]\n")
	prometheus := start(r, exec.Command("prometheus", "--config.file="+filepath.Join(r.dir, "both.yml"),
		"--storage.tsdb.path="+r.TempDir(), "--web.listen-address=127.0.0.1:9090"))
	if err := prometheus.answers("http://localhost:9090/-/ready"); err != nil {
		r.Fatalf("%v\n%s", err, &prometheus.stderr)
	}
	host, err := os.Hostname()
	if err != nil {
		r.Fatal(err)
	}
	r.gateway.delete(r, "node", host+":9100") // of the README's other ways to run it
	ferry := r.start(nil, "run", "--config.file=moved.hcl")
	eventually(r, "both ways alike", func() error {
		out, err := r.shell(" --window=12s")
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
	ferry.terminate(r)
}

// makeTest cannot run the tests that it is one of: it holds the gate to them.
func (r *reader) makeTest() {
	gate, err := os.ReadFile("../.ci/run")
	if err != nil || !strings.Contains(string(gate), "make test") {
		r.Errorf(".ci/run does not call make test: %v", err)
	}
	if out, err := exec.Command("make", "-C", "..", "-n", "test").CombinedOutput(); err != nil || !strings.Contains(string(out), "go test") {
		r.Errorf("make -n test: %v\n%s", err, out)
	}
}

// checkPrometheusSide gives the README's YAML to Prometheus's own checker.
func (r *reader) checkPrometheusSide() {
	r.Helper()
	checked := 0
	for _, block := range r.blocks("yaml") {
		args := []string{"check", "config", "side.yml"}
		if strings.HasPrefix(block, "groups:") {
			args[1] = "rules"
		}
		r.write("side.yml", block)
		cmd := exec.Command("promtool", args...)
		cmd.Dir = r.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			r.Errorf("promtool %s: %v\n%s\n%s", args, err, out, block)
		}
		checked++
	}
	if checked != 2 {
		r.Errorf("README: %d blocks of YAML, want the scrape configuration and the alerts", checked)
	}
}
