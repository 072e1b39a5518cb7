package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kill9 ends it without a word.
func (p *process) kill9(t testing.TB) {
	t.Helper()
	p.signal(t, syscall.SIGKILL)
	<-p.ended
}

// stateConfig has a job for each of the jobs, all with one target and the
// instance i, at the gateway.
func stateConfig(t testing.TB, gatewayLines, address string, jobs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, job := range jobs {
		fmt.Fprintf(&b, "job %q {\n targets = [%q]\n instance = \"i\"\n honor_labels = true\n}\n", job, address)
	}
	return config(t, "global { scrape_interval = \"1s\" }\ngateway \"default\" {\n%s\n}\n%s", gatewayLines, b.String())
}

func at(gw gateway) string { return fmt.Sprintf("url = %q", gw.url) }

// hasGroups checks that a job has these instances at the gateway, and no other.
func hasGroups(gw gateway, job string, want ...string) func() error {
	return func() error {
		got, err := gw.instances(job)
		if err != nil {
			return err
		}
		for _, instance := range want {
			if !got[instance] {
				return fmt.Errorf("no group of %s in %v", instance, got)
			}
		}
		if len(got) != len(want) {
			return fmt.Errorf("groups of %v, want %v", got, want)
		}
		return nil
	}
}

// TestStateAcrossConfigurations: a job that a later configuration has no more is
// deleted at its start, after a clean end and after a kill; a job that stays is
// not; nor does that need the first configuration to have been told to forget.
func TestStateAcrossConfigurations(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*process, testing.TB){"clean": (*process).terminate, "kill -9": (*process).kill9}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gw := startPushgateway(t)
			tap := startRecorder(t, gw)
			target := startScripted(t, exposition(goodText))
			url := fmt.Sprintf("url = %q", tap.URL)
			state := "--state.file=" + filepath.Join(t.TempDir(), "state")

			ferry := run(t, stateConfig(t, url, target.address(), "stays", "goes"), state)
			eventually(t, "both", func() error {
				if err := hasGroups(gw, "stays", "i")(); err != nil {
					return err
				}
				return hasGroups(gw, "goes", "i")()
			})
			end(ferry.process, t)

			ferry = run(t, stateConfig(t, url, target.address(), "stays"), state)
			eventually(t, "the one that goes", isEmpty(gw, "goes"))
			eventually(t, "the one that stays", hasGroups(gw, "stays", "i"))
			for _, method := range tap.of("stays") {
				if method == "DELETE" {
					t.Error("the group that stays was deleted")
				}
			}
			ferry.terminate(t)
			if log := ferry.stderr.String(); len(linesWith(log, "groups of an earlier configuration are deleted", "groups=1")) != 1 {
				t.Errorf("log does not tell once what is deleted:\n%s", log)
			}
		})
	}
}

// TestStateOfHonoredGroups: a group that a target made before a kill, and makes
// no more, is deleted after its first good scrape.
func TestStateOfHonoredGroups(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition("m{instance=\"a\"} 1\nm{instance=\"b\"} 1\nm 1\n"))
	file := stateConfig(t, at(gw), target.address(), "app")
	state := "--state.file=" + filepath.Join(t.TempDir(), "state")
	ferry := run(t, file, state)
	eventually(t, "three groups", hasGroups(gw, "app", "a", "b", "i"))
	ferry.kill9(t)
	target.answer.Store(exposition("m{instance=\"b\"} 1\nm 1\n"))
	ferry = run(t, file, state)
	eventually(t, "two groups", hasGroups(gw, "app", "b", "i"))
	ferry.terminate(t)
}

// TestStateOfShards: groups whose shard is another one after a kill are deleted
// at the old place; at a gateway that is gone from the configuration they are
// told of, once.
func TestStateOfShards(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	first, second := startPushgateway(t), startPushgateway(t)
	const n = 20
	settings := func(url string) string {
		return config(t, "global { scrape_interval = \"1s\" }\ngateway \"default\" {\n%s\n}\njob \"app\" {\n%s}\n", url, manyTargets(n, target.address()))
	}
	state := "--state.file=" + filepath.Join(t.TempDir(), "state")
	ferry := run(t, settings(at(first)), state)
	eventually(t, "groups at the only gateway", spread(n, first))
	ferry.kill9(t)
	ferry = run(t, settings(fmt.Sprintf("urls = [%q, %q]", first.url, second.url)), state)
	eventually(t, "groups at two shards", spread(n, first, second))
	here, err := first.instances("app")
	if err != nil {
		t.Fatal(err)
	}
	ferry.terminate(t) // the file may lag behind the DELETEs for a second

	for i, want := range []int{1, 0} {
		ferry = run(t, settings(at(second)), state)
		eventually(t, "all groups at the second", spread(n, second))
		ferry.terminate(t)
		told := linesWith(ferry.stderr.String(), "stay at a gateway that is not in this one", "url="+first.url,
			fmt.Sprintf("groups=%d", len(here)), "promferry prune --older-than=1h --gateway="+first.url, "curl -X DELETE "+first.url+"/metrics/job/app/instance/i-")
		if len(told) != want {
			t.Errorf("start %d: told %d times of what stays at the first gateway, want %d:\n%s", i, len(told), want, &ferry.stderr)
		}
	}
}

// TestStateFileIsLocked (H9): two processes with one state file.
func TestStateFileIsLocked(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, status(200, ""))
	target := startScripted(t, exposition(goodText))
	file := stateConfig(t, fmt.Sprintf("url = %q", gw.URL), target.address(), "app")
	path := filepath.Join(t.TempDir(), "state")
	ferry := run(t, file, "--state.file="+path)
	second := promferry(t, nil, "run", "--config.file="+file, "--state.file="+path, "--web.listen-address=")
	if second.code != 1 || !strings.Contains(second.stderr, path) || !strings.Contains(second.stderr, "held by another promferry") {
		t.Errorf("exit code %d, want 1, and the file and the reason in: %s", second.code, second.stderr)
	}
	ferry.kill9(t)
	run(t, file, "--state.file="+path).terminate(t)

	missing := promferry(t, nil, "run", "--config.file="+file, "--state.file=/nonexistent/state", "--web.listen-address=")
	if missing.code != 1 || !strings.Contains(missing.stderr, "directory /nonexistent does not exist") {
		t.Errorf("exit code %d, want 1, and the directory in: %s", missing.code, missing.stderr)
	}
}

// TestStateFileDamaged (H7): a damaged file is set aside, and all goes on.
func TestStateFileDamaged(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := stateConfig(t, at(gw), target.address(), "app")
	path := filepath.Join(t.TempDir(), "state")
	ferry := run(t, file, "--state.file="+path)
	eventually(t, "group", hasGroups(gw, "app", "i"))
	ferry.kill9(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 4
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ferry = run(t, file, "--state.file="+path)
	eventually(t, "state", func() error { return ferry.atLeast("promferry_state_groups", 1) })
	ferry.terminate(t)
	if log := ferry.stderr.String(); len(linesWith(log, "state file was damaged", "checksum")) != 1 {
		t.Errorf("log does not tell once of the damage:\n%s", log)
	}
	if aside, err := filepath.Glob(path + ".damaged-*"); len(aside) != 1 || err != nil {
		t.Errorf("got %q set aside, %v, want one file", aside, err)
	}
}

// TestStateDiskFull (H5): a disk without room stops nothing, is told once, and
// the file is written when there is room again. A limit for the size of files is
// a full disk that needs no privileges.
func TestStateDiskFull(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	const n = 20
	file := config(t, "global { scrape_interval = \"1s\" }\ngateway \"default\" {\n%s\n}\njob \"app\" {\n%s}\n", at(gw), manyTargets(n, target.address()))
	path := filepath.Join(t.TempDir(), "state")
	cmd := exec.Command("/bin/sh", "-c", `ulimit -S -f 1; exec "$0" "$@"`, binary, "run", "--config.file="+file, "--state.file="+path)
	cmd.Env = environment("PROMFERRY_WEB_LISTEN_ADDRESS=127.0.0.1:0")
	cmd.Dir = t.TempDir()
	ferry := daemonOf(t, start(t, cmd))
	eventually(t, "groups in spite of it", spread(n, gw))
	if err := ferry.atLeast("promferry_state_write_errors_total", 1); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a part of the file is there")
	}
	room := exec.Command("prlimit", "--fsize=unlimited", "--pid", strconv.Itoa(cmd.Process.Pid))
	if out, err := room.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", room, err, out)
	}
	// It is tried again after half a minute, or with the next change: at the stop.
	ferry.terminate(t)
	if log := ferry.stderr.String(); len(linesWith(log, "state file cannot be written", "file too large")) != 1 || len(linesWith(log, "state file is written again")) != 1 {
		t.Errorf("log does not tell once of the trouble and its end:\n%s", log)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); len(left) != 2 || err != nil {
		t.Errorf("got files %v, %v, want the state file and its lock", left, err)
	}
}

// TestStateKill9: whenever it is killed, the next start takes the file as it is,
// and what the configuration has no more goes (K-soak2; push has 200 kills of the
// writer alone).
func TestStateKill9(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	path := filepath.Join(t.TempDir(), "state")
	files := []string{
		stateConfig(t, at(gw), target.address(), "zero", "both"),
		stateConfig(t, at(gw), target.address(), "one", "both"),
	}
	for i := range 20 {
		ferry := run(t, files[i%2], "--state.file="+path, "--log.level=debug")
		<-time.After(time.Duration(i*37%500) * time.Millisecond)
		ferry.kill9(t)
		if lines := linesWith(ferry.stderr.String(), "state file"); len(lines) > 0 {
			t.Fatalf("start %d: %q", i, lines)
		}
	}
	ferry := run(t, files[0], "--state.file="+path)
	eventually(t, "job of the last configuration", hasGroups(gw, "zero", "i"))
	eventually(t, "job of the one before", isEmpty(gw, "one"))
	ferry.terminate(t)
}
