package manifests

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// binary is the promferry that TestMain has built.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "promferry-manifests-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "promferry")
	if out, err := exec.Command("go", "-C", "../..", "build", "-o", binary, "./cmd/promferry").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// promferry runs it with these variables alone, and returns all that it says.
func promferry(t *testing.T, env []string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append([]string{}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// checkFlags wants a command with flags that it has.
func checkFlags(t *testing.T, words []string) {
	t.Helper()
	var command []string
	for len(words) > 0 && !strings.HasPrefix(words[0], "-") {
		command, words = append(command, words[0]), words[1:]
	}
	help, err := promferry(t, nil, append(command, "--help")...)
	if err != nil {
		t.Errorf("promferry %s --help: %v\n%s", strings.Join(command, " "), err, help)
	}
	for _, word := range words {
		if word == "--" {
			return // what follows is another program's
		}
		flag, _, _ := strings.Cut(word, "=")
		if !regexp.MustCompile(regexp.QuoteMeta(flag) + `[ =]`).MatchString(help) {
			t.Errorf("promferry %s has no %s", strings.Join(command, " "), flag)
		}
	}
}

// write makes a directory with the files that a container would have, and lets
// the configurations among them name that.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		text = strings.ReplaceAll(text, "/etc/promferry", dir)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// checkConfig wants a configuration without errors and warnings.
func checkConfig(t *testing.T, files map[string]string, name string, env []string) {
	t.Helper()
	if out, err := promferry(t, env, "check", "config", filepath.Join(write(t, files), name)); err != nil || out != "" {
		t.Errorf("check config %s: %v\n%s", name, err, out)
	}
}

// checkRuns starts the command line of the container as a plain process, in a
// directory that it may not write to, with the target and the gateway here. Its
// group has the labels of the pod, and goes with it.
func checkRuns(t *testing.T, files map[string]string, args, env []string) {
	t.Helper()
	var put, deleted atomic.Int64
	const path = "/metrics/job/shop/instance/the-pod_name/namespace/the-namespace/node/the-node_name"
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || r.Header.Get("Authorization") != "Bearer change-me" {
			return
		}
		switch r.Method {
		case http.MethodPut:
			put.Add(1)
		case http.MethodDelete:
			deleted.Add(1)
		}
	}))
	defer gateway.Close()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintln(w, "orders_total 1")
	}))
	defer target.Close()
	files["promferry.hcl"] = strings.NewReplacer(
		"https://pushgateway.example.net", gateway.URL,
		"localhost:8000", strings.TrimPrefix(target.URL, "http://"),
	).Replace(files["promferry.hcl"])
	dir := write(t, files)

	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = strings.ReplaceAll(arg, "/etc/promferry", dir)
	}
	cmd := exec.Command(binary, words...)
	cmd.Env = append([]string{"PROMFERRY_WEB_LISTEN_ADDRESS=127.0.0.1:0"}, env...)
	cmd.Dir = dir
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := os.Chmod(dir, 0o500); err != nil { // as readOnlyRootFilesystem
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // fails where it has ended
	for end := time.Now().Add(30 * time.Second); put.Load() == 0; <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no push to %s", path)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, &log)
	}
	if deleted.Load() != 1 {
		t.Errorf("the group was deleted %d times, want once: on_shutdown", deleted.Load())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != len(files) {
		t.Errorf("it has written beside its files: %v, %v", left, err)
	}
}
