package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// foundConfig is a job "app" that finds its targets. Their instance is what
// their group says.
func foundConfig(t testing.TB, gateway, discovery string) string {
	t.Helper()
	return config(t, `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		job "app" {
			%s
		}
	`, gateway, discovery)
}

// A listing is what a discovery says: addresses by instance.
type listing map[string]string

// json writes it as file_sd and http_sd have it.
func (l listing) json(t testing.TB) string {
	t.Helper()
	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	groups := []group{}
	for instance, address := range l {
		groups = append(groups, group{[]string{address}, map[string]string{"instance": instance}})
	}
	text, err := json.Marshal(groups)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hasInstances checks which groups of the job there are, sorted.
func (g gateway) hasInstances(want ...string) func() error {
	return func() error {
		all, _, err := g.metrics()
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, s := range all {
			if s.labels.Get("job") == "app" {
				seen[s.labels.Get("instance")] = true
			}
		}
		if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
			return fmt.Errorf("instances %q, want %q", got, want)
		}
		return nil
	}
}

// TestFileDiscovery: targets come and go with the file, one that stays notices
// nothing, and a file that is broken takes nothing away.
func TestFileDiscovery(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	kept := startCounted(t, goodText)
	other := startScripted(t, exposition(goodText))
	file := filepath.Join(t.TempDir(), "targets.json")
	rewrite(t, file, "%s", listing{"kept": kept.address(), "old": other.address()}.json(t))
	ferry := run(t, foundConfig(t, tap.URL, fmt.Sprintf("file_sd_config {\n files = [%q]\n }", file)))
	eventually(t, "first targets", gw.hasInstances("kept", "old"))

	rewrite(t, file, "%s", listing{"kept": kept.address(), "new": other.address()}.json(t))
	eventually(t, "one gone, one new", gw.hasInstances("kept", "new"))

	rewrite(t, file, `[{"targets": [`)
	ferry.says(t, file+": line 1")
	before := len(kept.times())
	eventually(t, "scrapes go on", func() error {
		if n := len(kept.times()); n < before+3 {
			return fmt.Errorf("%d scrapes since", n-before)
		}
		return nil
	})
	if err := gw.hasInstances("kept", "new")(); err != nil {
		t.Errorf("beside a broken file: %v", err)
	}
	ferry.connectsOnce(t, "app", kept, 1)
	for _, request := range tap.deleted() {
		if !strings.HasSuffix(request, "/instance/old") {
			t.Errorf("got DELETE %s, want that of old alone", request)
		}
	}
	ferry.terminate(t)
}

// TestHTTPDiscovery: what a server said counts until it says something else. An
// error is told, and changes nothing.
func TestHTTPDiscovery(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	says := func(l listing) http.HandlerFunc { return typed("application/json", l.json(t)) }
	server := startScripted(t, says(listing{"a": target.address(), "b": target.address()}))
	ferry := startDaemon(t, []string{"SD_PASSWORD=canary"}, "run", "--config.file="+foundConfig(t, gw.url, fmt.Sprintf(`
		http_sd_config {
			url              = "%s/list?token=canary"
			refresh_interval = "200ms"
			basic_auth {
				username = "sd"
				password = env("SD_PASSWORD")
			}
		}`, server.URL)))
	eventually(t, "both targets", gw.hasInstances("a", "b"))

	server.answer.Store(status(http.StatusServiceUnavailable, "canary"))
	ferry.says(t, "503")
	if err := gw.hasInstances("a", "b")(); err != nil {
		t.Errorf("while the server fails: %v", err)
	}
	server.answer.Store(says(listing{"b": target.address()}))
	eventually(t, "one of them gone", gw.hasInstances("b"))
	for _, page := range ownPages {
		if body, err := get(ferry.url + page); err != nil || strings.Contains(string(body), "canary") {
			t.Errorf("%s: %v, or it shows the secret", page, err)
		}
	}
	ferry.terminate(t)
	if strings.Contains(ferry.stderr.String(), "canary") {
		t.Errorf("the log shows the secret: %s", &ferry.stderr)
	}
}

// TestDiscoveryAcrossRestarts: with a state file, groups of targets that are not
// found again go, but not before the search has had an answer.
func TestDiscoveryAcrossRestarts(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	target := startScripted(t, exposition(goodText))
	server := startScripted(t, typed("application/json", listing{"a": target.address(), "b": target.address()}.json(t)))
	file := foundConfig(t, tap.URL, fmt.Sprintf("on_shutdown = \"keep\"\n http_sd_config {\n url = %q\n refresh_interval = \"200ms\"\n }", server.URL))
	state := filepath.Join(t.TempDir(), "state")
	first := run(t, file, "--state.file="+state)
	eventually(t, "both targets", gw.hasInstances("a", "b"))
	first.terminate(t)

	server.answer.Store(status(http.StatusServiceUnavailable, ""))
	second := run(t, file, "--state.file="+state)
	eventually(t, "start without an answer", func() error {
		if n := len(linesWith(second.stderr.String(), "targets are not discovered yet")); n != 1 {
			return fmt.Errorf("%d such lines: %s", n, &second.stderr)
		}
		return nil
	})
	isAskedAgain(t, server)
	if deletes := tap.deleted(); len(deletes) > 0 {
		t.Errorf("got DELETE %v before anything is known", deletes)
	}
	server.answer.Store(typed("application/json", listing{"b": target.address()}.json(t)))
	eventually(t, "the one that is not found again", gw.hasInstances("b"))
	second.terminate(t) // by now its DELETE has had the answer that is recorded
	if deletes := tap.deleted(); !slices.Equal(deletes, []string{"/metrics/job/app/instance/a"}) {
		t.Errorf("got DELETE %v, want that of a alone", deletes)
	}
}

// TestDiscoveryThatFindsNothing: a first good answer without targets is one.
func TestDiscoveryThatFindsNothing(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	server := startScripted(t, typed("application/json", listing{"a": target.address()}.json(t)))
	file := foundConfig(t, gw.url, fmt.Sprintf("on_shutdown = \"keep\"\n http_sd_config {\n url = %q\n refresh_interval = \"200ms\"\n }", server.URL))
	state := filepath.Join(t.TempDir(), "state")
	first := run(t, file, "--state.file="+state)
	eventually(t, "the target", gw.hasInstances("a"))
	first.terminate(t)

	server.answer.Store(status(http.StatusServiceUnavailable, ""))
	second := run(t, file, "--state.file="+state)
	second.says(t, "targets are not discovered yet")
	server.answer.Store(typed("application/json", "[]"))
	eventually(t, "the group gone", gw.hasInstances())
	second.terminate(t)
}

// TestDiscoveryReloadWhileItFails: another way to ask the same server takes no
// targets away before that has answered.
func TestDiscoveryReloadWhileItFails(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	target := startScripted(t, exposition(goodText))
	server := startScripted(t, typed("application/json", listing{"a": target.address(), "b": target.address()}.json(t)))
	asking := func(interval string) string {
		return foundConfig(t, tap.URL, fmt.Sprintf("http_sd_config {\n url = %q\n refresh_interval = %q\n }", server.URL, interval))
	}
	file := asking("1h")
	ferry := run(t, file)
	eventually(t, "both targets", gw.hasInstances("a", "b"))
	server.answer.Store(status(http.StatusServiceUnavailable, ""))
	if err := os.Rename(asking("200ms"), file); err != nil {
		t.Fatal(err)
	}
	ferry.reload(t)
	isAskedAgain(t, server)
	if deletes := tap.deleted(); len(deletes) > 0 {
		t.Errorf("got DELETE %v, want none", deletes)
	}
	server.answer.Store(typed("application/json", listing{"b": target.address()}.json(t)))
	eventually(t, "what it says then", gw.hasInstances("b"))
	ferry.terminate(t)
}

// TestDiscoveryReload: a target that is found the same way under other rules is
// the same target.
func TestDiscoveryReload(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	target := startCounted(t, goodText)
	targets := filepath.Join(t.TempDir(), "targets.json")
	rewrite(t, targets, "%s", listing{"a": target.address(), "b": target.address()}.json(t))
	const rule = "relabel_config {\n source_labels = [\"instance\"]\n regex = %q\n action = \"drop\"\n }"
	discovery := fmt.Sprintf("file_sd_config {\n files = [%q]\n }\n", targets)
	file := foundConfig(t, tap.URL, discovery+fmt.Sprintf(rule, "nobody"))
	ferry := run(t, file)
	eventually(t, "both targets", gw.hasInstances("a", "b"))
	if err := os.Rename(foundConfig(t, tap.URL, discovery+fmt.Sprintf(rule, "a|nobody")), file); err != nil {
		t.Fatal(err)
	}
	ferry.reload(t)
	eventually(t, "the dropped one gone", gw.hasInstances("b"))
	ferry.connectsOnce(t, "app", target, 2)
	ferry.terminate(t) // by now its DELETE has had the answer that is recorded
	if deletes := tap.deleted(); !slices.Equal(deletes, []string{"/metrics/job/app/instance/a"}) {
		t.Errorf("got DELETE %v, want that of a alone", deletes)
	}
}

// TestDiscoveryOfATargetThatMoves: it keeps its group, at another address.
func TestDiscoveryOfATargetThatMoves(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	here, there := startScripted(t, exposition("here 1\n")), startScripted(t, exposition("there 1\n"))
	file := filepath.Join(t.TempDir(), "targets.json")
	rewrite(t, file, "%s", listing{"a": here.address()}.json(t))
	ferry := run(t, foundConfig(t, tap.URL, fmt.Sprintf("file_sd_config {\n files = [%q]\n }", file)))
	eventually(t, "here", func() error { return gw.groupHas("app", "a", "here") })
	rewrite(t, file, "%s", listing{"a": there.address()}.json(t))
	eventually(t, "there", func() error { return gw.groupHas("app", "a", "there") })
	if deletes := tap.deleted(); len(deletes) > 0 {
		t.Errorf("got DELETE %v, want no gap", deletes)
	}
	ferry.terminate(t)
}

// isAskedAgain waits for some more requests.
func isAskedAgain(t *testing.T, server *scripted) {
	t.Helper()
	asked := server.requests.Load()
	eventually(t, "more looks", func() error {
		if n := server.requests.Load(); n < asked+3 {
			return fmt.Errorf("%d", n-asked)
		}
		return nil
	})
}

// says waits for a line of the log.
func (d daemon) says(t *testing.T, text string) {
	t.Helper()
	eventually(t, text+" in the log", func() error {
		if len(linesWith(d.stderr.String(), text)) == 0 {
			return fmt.Errorf("log: %s", &d.stderr)
		}
		return nil
	})
}

// groupHas checks one series of a group.
func (g gateway) groupHas(job, instance, series string) error {
	got, err := g.group(job, instance)
	if err == nil && !has(got, series) {
		err = fmt.Errorf("no %s in %v", series, got)
	}
	return err
}

// TestSecretsOfFoundTargets: addresses that should have none stand in no output.
func TestSecretsOfFoundTargets(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := filepath.Join(t.TempDir(), "targets.json")
	rewrite(t, file, `[{"targets": [%q, "u:canary@h:1", "h:1?token=canary", "bad/path?token=canary", "http://u:can%%%%zzary@h/", "http://u:canary@h/", "http://h/#canary"],
		"labels": {"__param_token": "canary", "__meta_url": "see http://u:canary@x/?tok=canary", "instance": "good"}}]`, target.address())
	hcl := foundConfig(t, gw.url, fmt.Sprintf("file_sd_config {\n files = [%q]\n }", file))
	ferry := run(t, hcl)
	eventually(t, "the good one", gw.hasInstances("good"))
	refused := `promferry_targets_refused{job="app",reason="invalid"}`
	if n, err := ferry.metric(refused); err != nil || n != 6 {
		t.Errorf("%s is %v, want 6 (%v)", refused, n, err)
	}
	shown := promferry(t, nil, "targets", "--config.file="+hcl)
	if shown.code != 1 || strings.Count(shown.stdout, "  refused     ") != 6 {
		t.Errorf("targets: exit code %d, want 1 and 6 refused ones:\n%s", shown.code, shown.stdout)
	}
	outputs := map[string]string{"targets": shown.stdout + shown.stderr, "once": promferry(t, nil, "once", "--dry-run", "--config.file="+hcl).stderr}
	for _, page := range ownPages {
		body, err := get(ferry.url + page)
		if err != nil {
			t.Fatal(err)
		}
		outputs[page] = string(body)
	}
	ferry.terminate(t)
	outputs["log"] = ferry.stderr.String()
	for name, text := range outputs {
		if strings.Contains(text, "canary") || strings.Contains(text, "zzary") {
			t.Errorf("%s shows a secret:\n%s", name, text)
		}
	}
}
