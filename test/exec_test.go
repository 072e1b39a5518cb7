//go:build unix

package test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestExec has the gauges of a job at a real gateway; a failure leaves the time
// of the last success, and what else the job has pushed.
func TestExec(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	to := []string{"exec", "--gateway=" + gw.url, "--job=backup", "--instance=i"}
	before := time.Now()
	promferry(t, nil, append(to, "sleep", "0.2")...).mustBeSilent(t)
	pushed(t, "backup_bytes 17\n", "--gateway="+gw.url, "--job=backup", "--instance=i", "--method=POST").mustBeSilent(t)
	first := gw.must(t, "backup", "i")
	success := first["job_last_success_timestamp_seconds"]
	if first["job_exit_code"] != 0 || first["job_duration_seconds"] < 0.2 || success < float64(before.Unix()) || success > float64(time.Now().Unix()+1) {
		t.Errorf("got %v, want a success just now", first)
	}
	r := promferry(t, nil, append(to, "--", "sh", "-c", "exit 9")...)
	if r.code != 9 || r.stderr != "" {
		t.Errorf("exit code %d, want 9 and silence: %s", r.code, r.stderr)
	}
	second := gw.must(t, "backup", "i")
	if second["job_exit_code"] != 9 || second["job_duration_seconds"] == first["job_duration_seconds"] || second["job_duration_seconds"] > r.took.Seconds() || second["job_last_success_timestamp_seconds"] != success || second["backup_bytes"] != 17 {
		t.Errorf("after a failure: got %v, want its code, and the success of %v", second, success)
	}
	body, err := get(gw.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	types, err := parseTypes(body, "text/plain")
	for _, name := range []string{"job_exit_code", "job_duration_seconds", "job_last_success_timestamp_seconds"} {
		if err != nil || types[name] != "gauge" || !strings.Contains(string(body), "# HELP "+name+" ") {
			t.Errorf("%s: got type %q, %v, want a gauge with a help", name, types[name], err)
		}
	}
}

// startExec runs a shell script below exec, and waits for its ready.
func startExec(t *testing.T, gateway, script string, flags ...string) *process {
	t.Helper()
	p := startFerry(t, nil, append(append([]string{"exec", "--gateway=" + gateway, "--job=job", "--instance=i"}, flags...), "sh", "-c", script)...)
	eventually(t, "the command runs", func() error {
		if !strings.Contains(p.stdout.String(), "ready") {
			return fmt.Errorf("no ready: %s%s", &p.stdout, &p.stderr)
		}
		return nil
	})
	return p
}

// TestExecPassesSignals: the command gets them, may end as it likes, and that is
// pushed.
func TestExecPassesSignals(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	for name, sig := range map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT, "USR1": syscall.SIGUSR1} {
		if signal.Ignored(sig) { // by nohup, and that reaches the command
			continue
		}
		p := startExec(t, gw.url, `trap "echo got; exit 7" `+name+`; echo ready; while :; do sleep 0.02; done`)
		p.signal(t, sig)
		if code := p.exitCode(t); code != 7 || !strings.Contains(p.stdout.String(), "got") || p.stderr.String() != "" {
			t.Errorf("%s: exit code %d, want 7, by the command\n%s%s", name, code, &p.stdout, &p.stderr)
		}
		if set := gw.must(t, "job", "i"); set["job_exit_code"] != 7 {
			t.Errorf("%s: got %v, want exit code 7", name, set)
		}
	}
	p := startExec(t, gw.url, `echo ready; exec sleep 60`)
	p.signal(t, syscall.SIGTERM)
	if code := p.exitCode(t); code != 128+15 {
		t.Errorf("ended by a signal: exit code %d, want 143", code)
	}
	if set := gw.must(t, "job", "i"); set["job_exit_code"] != 143 {
		t.Errorf("got %v, want exit code 143", set)
	}
}

// TestExecLeavesIgnoredSignals: what nohup does reaches the command.
func TestExecLeavesIgnoredSignals(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, status(200, ""))
	cmd := exec.Command("sh", "-c", `trap "" HUP; exec "$0" "$@"`, binary, "exec", "--gateway="+gw.URL, "sh", "-c", "kill -HUP $PPID; kill -HUP $$; echo alive")
	p := start(t, cmd)
	if code := p.exitCode(t); code != 0 || p.stdout.String() != "alive\n" {
		t.Errorf("exit code %d, want 0\n%s%s", code, &p.stdout, &p.stderr)
	}
}

// TestExecNeverWaitsForTheGateway: neither before nor long after the command.
func TestExecNeverWaitsForTheGateway(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, hang)
	p := startExec(t, gw.URL, "echo ready; exit 3", "--timeout=2s")
	if code := p.exitCode(t); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if text := p.stderr.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "promferry: gateway") {
		t.Errorf("stderr: want one line of promferry's: %s", text)
	}

	// A user who does not want to wait presses Ctrl-C twice.
	p = startExec(t, gw.URL, "echo ready; exit 3", "--timeout=1h")
	eventually(t, "the push", func() error {
		if gw.requests.Load() < 2 {
			return fmt.Errorf("no request")
		}
		return nil
	})
	ended := make(chan struct{})
	go func() { // two signals at the same moment are one
		defer close(ended)
		for range 100 {
			_ = p.cmd.Process.Signal(os.Interrupt)
			select {
			case <-p.ended:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	if code := p.exitCode(t); code != 3 {
		t.Errorf("interrupted twice: exit code %d, want 3", code)
	}
	<-ended
}

// TestExecDoesNotWaitForItsConfiguration: while that is read, which may ask a
// name server, the command has its signals, and its end is noted.
func TestExecDoesNotWaitForItsConfiguration(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	file := filepath.Join(t.TempDir(), "slow.hcl")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	p := startFerry(t, nil, "exec", "--config.file="+file, "--timeout=1m", "--job=job", "--instance=i", "sh", "-c", `trap "exit 7" TERM; echo $$; while :; do sleep 0.02; done`)
	var command int
	eventually(t, "the command runs", func() error {
		_, err := fmt.Sscanln(p.stdout.String(), &command)
		return err
	})
	t.Cleanup(func() {
		if t.Failed() {
			_ = syscall.Kill(command, syscall.SIGKILL) // it may have ended late
		}
	})
	p.signal(t, syscall.SIGTERM)
	eventually(t, "end of the command", func() error {
		if err := syscall.Kill(command, 0); err != syscall.ESRCH {
			return fmt.Errorf("signal 0: %v", err)
		}
		return nil
	})
	if err := os.WriteFile(file, fmt.Appendf(nil, "gateway \"default\" { url = %q }\n", gw.url), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := p.exitCode(t); code != 7 || p.stderr.String() != "" {
		t.Errorf("exit code %d, want 7 and silence: %s", code, &p.stderr)
	}
	if set := gw.must(t, "job", "i"); set["job_exit_code"] != 7 {
		t.Errorf("got %v, want exit code 7", set)
	}
}

// TestExecGivesUpOnItsConfiguration: one that never comes, as from a file server
// that is silent, does not keep promferry after the command.
func TestExecGivesUpOnItsConfiguration(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "never.hcl")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	r := promferry(t, nil, "exec", "--config.file="+file, "--timeout=200ms", "sh", "-c", "exit 3")
	if want := "promferry: load configuration: not finished within --timeout=200ms; nothing is pushed\n"; r.code != 3 || r.stderr != want {
		t.Errorf("exit code %d, want 3 and one line: %s", r.code, r.stderr)
	}
}

// TestExecWithoutAReader: who does not read what promferry says of the push
// gets the command's code.
func TestExecWithoutAReader(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	cmd := exec.Command(binary, "exec", "--gateway=http://127.0.0.1:1", "--timeout=100ms", "sh", "-c", "exit 3")
	cmd.Env, cmd.Stderr = environment(), w
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("%v, want exit code 3", err)
	}
}
