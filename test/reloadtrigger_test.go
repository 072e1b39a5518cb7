package test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReloadOfABadFile keeps what runs, and says what is wrong wherever
// somebody may look.
func TestReloadOfABadFile(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	const good = `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`
	const bad = `
		gateway "default" {
			url = "http://gw"
			basic_auth {
				username = "u"
				password = "canary-password"
			}
		}
	`
	file := config(t, good, gw.url, target.address())
	ferry := run(t, file, "--web.enable-lifecycle")
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
	ferry.successful(t, 1)
	const banner = "The configuration was not reloaded"
	if strings.Contains(ferry.page(t), banner) {
		t.Error("the page has a banner before any reload")
	}

	rewrite(t, file, bad)
	ferry.reload(t)
	ferry.successful(t, 0)
	code, answer := ferry.post(t, "/-/reload", nil)
	if code != http.StatusInternalServerError {
		t.Errorf("POST /-/reload of a bad file: status %d, want 500", code)
	}
	page := ferry.page(t)
	log := linesWith(ferry.stderr.String(), "level=ERROR", "configuration not reloaded")
	if len(log) != 2 {
		t.Errorf("%d entries in the log of two reloads: %q", len(log), log)
	}
	for where, text := range map[string]string{"answer": answer, "page": page, "log": strings.Join(log, "")} {
		if !strings.Contains(text, "Secret in the configuration") || !strings.Contains(text, "promferry.hcl") {
			t.Errorf("%s does not say what is wrong: %s", where, text)
		}
		noCanary(t, where, text)
	}
	if !strings.Contains(page, banner) {
		t.Error("the page has no banner")
	}
	target.answer.Store(exposition("app_a 3\n"))
	eventually(t, "pushes of the old configuration", gw.groupHolds("app", seriesSet{"app_a": 3}, 1))

	rewrite(t, file, good, gw.url, target.address())
	ferry.reload(t)
	ferry.successful(t, 1)
	if strings.Contains(ferry.page(t), banner) {
		t.Error("the page still has a banner")
	}
	ferry.lives(t)
	ferry.terminate(t)
}

func (d daemon) successful(t testing.TB, want float64) {
	t.Helper()
	got, err := d.metric("promferry_config_last_reload_successful")
	if err != nil || got != want {
		t.Errorf("promferry_config_last_reload_successful is %v (%v), want %v", got, err, want)
	}
	at, err := d.metric("promferry_config_last_reload_success_timestamp_seconds")
	if age := float64(time.Now().Unix()) - at; err != nil || age < -1 || age > 60 {
		t.Errorf("the last good load is %v seconds old (%v)", age, err)
	}
}

func (d daemon) page(t testing.TB) string {
	t.Helper()
	page, err := get(d.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// post sends a POST with a Host or other headers.
func (d daemon) post(t testing.TB, path string, header map[string]string) (code int, answer string) {
	t.Helper()
	return send(t, http.MethodPost, d.url+path, "", header)
}

// TestReloadByHTTP: only where it is allowed, and not for pages that a browser
// on this host shows (S11, S12).
func TestReloadByHTTP(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, status(http.StatusOK, ""))
	target := startScripted(t, exposition(goodText))
	file := appConfig(t, gw.URL, target)
	off, on := run(t, file), run(t, file, "--web.enable-lifecycle")
	if code, answer := off.post(t, "/-/reload", nil); code != http.StatusForbidden || !strings.Contains(answer, "--web.enable-lifecycle") {
		t.Errorf("without the flag: status %d, %q, want 403 and the flag", code, answer)
	}
	if n := off.reloads(); n != 0 {
		t.Errorf("%d reloads without the flag", n)
	}
	if code, answer := on.post(t, "/-/reload", nil); code != http.StatusOK {
		t.Errorf("with the flag: status %d, %q, want 200", code, answer)
	}
	for name, header := range map[string]map[string]string{
		"another origin":       {"Origin": "http://evil.example"},
		"a browser's word":     {"Sec-Fetch-Site": "cross-site"},
		"DNS rebinding":        {"Host": "evil.example", "Origin": "http://evil.example"},
		"DNS rebinding, plain": {"Host": "evil.example"},
	} {
		if code, _ := on.post(t, "/-/reload", header); code != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, code)
		}
	}
	if _, err := get(on.url + "/-/reload"); err == nil || !strings.Contains(err.Error(), "405") {
		t.Errorf("GET: %v, want 405", err)
	}
	if n := on.reloads(); n != 1 {
		t.Errorf("%d reloads, want 1", n)
	}
}

// TestAutoReload: a Kubernetes volume swaps a symbolic link, and a file that
// file() reads counts as well (C2).
func TestAutoReload(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	dir := t.TempDir()
	path := func(elements ...string) string { return filepath.Join(append([]string{dir}, elements...)...) }
	version := func(name, job string) {
		if err := os.Mkdir(path(name), 0o700); err != nil {
			t.Fatal(err)
		}
		rewrite(t, path(name, "promferry.hcl"), `
			global { scrape_interval = "300ms" }
			gateway "default" { url = %q }
			job %q {
				targets  = [%q]
				instance = file(%q)
			}
		`, gw.url, job, target.address(), path("instance"))
		if err := os.Symlink(name, path("..next")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path("..next"), path("..data")); err != nil {
			t.Fatal(err)
		}
	}
	version("..1", "one")
	rewrite(t, path("instance"), "j")
	if err := os.Symlink("..data/promferry.hcl", path("promferry.hcl")); err != nil {
		t.Fatal(err)
	}
	ferry := run(t, path("promferry.hcl"), "--config.auto-reload", "--config.auto-reload-interval=100ms")
	rewrite(t, path("instance"), "i")
	eventually(t, "group of the instance in the other file", gw.groupHolds("one", goodSeries, 1))
	version("..2", "two")
	eventually(t, "group of the other version", gw.groupHolds("two", goodSeries, 1))
	eventually(t, "group of the first version", isGone(gw, "one"))
	rewrite(t, path("..2", "promferry.hcl"), "rubbish")
	eventually(t, "bad file", func() error {
		if n := len(linesWith(ferry.stderr.String(), "configuration not reloaded")); n != 1 {
			return fmt.Errorf("%d entries", n)
		}
		return nil
	})
	version("..3", "three")
	eventually(t, "good file again", gw.groupHolds("three", goodSeries, 1))
	if n := ferry.reloads(); n != 4 {
		t.Errorf("%d reloads, want 4: one for each change\n%s", n, &ferry.stderr)
	}
	ferry.terminate(t)
}

// TestReloadWithoutFile has nothing to read.
func TestReloadWithoutFile(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, status(http.StatusOK, ""))
	ferry := startDaemon(t, nil, "--target=localhost:1", "--gateway="+gw.URL)
	ferry.signal(t, syscall.SIGHUP)
	eventually(t, "log", func() error {
		if len(linesWith(ferry.stderr.String(), "nothing to reload")) != 1 {
			return fmt.Errorf("this: %s", &ferry.stderr)
		}
		return nil
	})
	ferry.lives(t)
	ferry.terminate(t)
}
