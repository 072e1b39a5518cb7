package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPackage lives the life of the package on this Debian: installed by dpkg
// over all that is here, run as its unit does, upgraded, removed and purged. What
// dpkg writes goes to a layer in memory above this system, in namespaces of its
// own: nothing is left of it, however the test ends.
func TestPackage(t *testing.T) {
	if os.Getenv(insideVariable) != "" {
		inLayer(t)
		livePackage(t)
		return
	}
	if os.Getuid() != 0 {
		missing(t, "root, to install a package")
	}
	for _, name := range []string{"dpkg", "unshare", "ip", "setpriv", "prometheus-pushgateway"} {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, name)
		}
	}
	dist, err := first()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", os.Args[0], "-test.run=^TestPackage$", "-test.v")
	cmd.Env = append(os.Environ(), insideVariable+"="+theDeb(t, dist))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestPackage") {
		t.Errorf("%v\n%s", err, out)
	}
}

func theDeb(t *testing.T, dist string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dist, "*_"+debArch(platform{"linux", runtime.GOARCH})+".deb"))
	if err != nil || len(found) != 1 {
		t.Fatalf("packages %q, %v, want one", found, err)
	}
	return found[0]
}

// inLayer makes the root of this process a copy-on-write layer above the real
// one, without systemd, and with a network of its own.
func inLayer(t *testing.T) {
	t.Helper()
	layer := t.TempDir()
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	do("private mounts", syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
	do("mount tmpfs", syscall.Mount("tmpfs", layer, "tmpfs", 0, ""))
	for _, name := range []string{"changes", "work", "root"} {
		do("make "+name, os.Mkdir(filepath.Join(layer, name), 0o755))
	}
	root := filepath.Join(layer, "root")
	do("mount overlay", syscall.Mount("overlay", root, "overlay", 0,
		"lowerdir=/,upperdir="+layer+"/changes,workdir="+layer+"/work"))
	do("mount proc", syscall.Mount("proc", filepath.Join(root, "proc"), "proc", 0, ""))
	do("bind dev", syscall.Mount("/dev", filepath.Join(root, "dev"), "", syscall.MS_BIND|syscall.MS_REC, ""))
	for _, dir := range []string{"run", "tmp"} {
		do("mount "+dir, syscall.Mount("tmpfs", filepath.Join(root, dir), "tmpfs", 0, ""))
	}
	content, err := os.ReadFile(os.Getenv(insideVariable))
	do("read package", err)
	do("copy package", os.WriteFile(filepath.Join(root, "tmp", "promferry.deb"), content, 0o644))
	do("chroot", syscall.Chroot(root))
	do("chdir", os.Chdir("/tmp"))
	succeed(t, "ip", "link", "set", "lo", "up")
}

func livePackage(t *testing.T) {
	succeed(t, "dpkg", "-i", "/tmp/promferry.deb")
	for _, file := range []string{
		"/usr/bin/promferry", "/etc/default/promferry", "/usr/share/man/man1/promferry.1.gz",
		"/usr/share/bash-completion/completions/promferry", "/usr/share/zsh/vendor-completions/_promferry",
		"/usr/share/fish/vendor_completions.d/promferry.fish", "/usr/share/doc/promferry/copyright",
		"/usr/share/doc/promferry/examples/full.hcl",
		"/usr/share/doc/promferry/examples/prometheus/alerts.yml", "/usr/share/doc/promferry/examples/grafana/promferry.json",
	} {
		if !exists(file) {
			t.Errorf("no %s after the installation", file)
		}
	}
	if out := succeed(t, "promferry", "check", "config", "/etc/promferry/promferry.hcl"); out != "" {
		t.Errorf("check of the package's configuration is not silent: %s", out)
	}
	if !exists(enabled) {
		t.Errorf("not enabled: no %s", enabled)
	}
	runAsUnit(t)

	const edit = "# edited by an administrator\n"
	appendTo(t, configuration, edit)
	succeed(t, "systemctl", "disable", "promferry.service")
	succeed(t, "dpkg", "-i", nextVersion(t))
	if got := readFile(t, configuration); !strings.HasSuffix(got, edit) {
		t.Errorf("an upgrade lost the edited configuration:\n%s", got)
	}
	if exists(enabled) {
		t.Error("an upgrade enabled what was disabled")
	}

	succeed(t, "systemctl", "enable", "promferry.service", "promferry-once.timer")
	succeed(t, "dpkg", "-r", "promferry")
	if exists("/usr/bin/promferry") || !exists(configuration) || !exists("/var/lib/promferry") {
		t.Error("a removal left the program, or took the configuration or the state")
	}
	installAgain(t)
	succeed(t, "dpkg", "-P", "promferry")
	checkGone(t)
}

const (
	configuration = "/etc/promferry/promferry.hcl"
	enabled       = "/etc/systemd/system/multi-user.target.wants/promferry.service"
)

// runAsUnit runs the command of the unit as its user, in front of a real
// gateway at the address that the configuration has.
func runAsUnit(t *testing.T) {
	t.Helper()
	unit := readFile(t, "/lib/systemd/system/promferry.service")
	command := strings.Fields(regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit)[1])
	succeed(t, "install", "--directory", "--owner=promferry", "/var/lib/promferry") // StateDirectory=
	gateway := exec.Command("prometheus-pushgateway", "--persistence.file=", "--web.listen-address=127.0.0.1:9091")
	startIn(t, gateway)
	ferry := exec.Command("setpriv", slices.Concat([]string{"--reuid=promferry", "--regid=promferry", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"}, command)...)
	log := startIn(t, ferry)
	await(t, "ready", func() bool { return exec.Command("promferry", "check", "ready").Run() == nil })
	await(t, "groups of both built-in jobs", func() bool {
		text := get("http://127.0.0.1:9091/metrics")
		return strings.Contains(text, `job="network_traffic"} 1`) && strings.Contains(text, `job="promferry"} 1`)
	})
	if err := ferry.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := ferry.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, log)
	}
	if !exists("/var/lib/promferry/state") {
		t.Error("no state file")
	}
}

// installAgain installs what was removed, where systemd seems to run: what it is
// told goes to a file. The removal has stopped the service, so it must be started.
func installAgain(t *testing.T) {
	t.Helper()
	const said = "/tmp/systemctl"
	_ = os.Remove("/usr/sbin/policy-rc.d") // of an image of containers: nothing may start
	stub := "#!/bin/sh\necho \"$@\" >>" + said + "\ncase \"$*\" in\n*is-enabled*promferry.service*) echo enabled ;;\n*is-active* | *is-enabled*) exit 1 ;;\nesac\n"
	succeed(t, "mv", "/usr/bin/systemctl", "/usr/bin/systemctl.real")
	writeFile(t, "/usr/bin/systemctl", stub)
	succeed(t, "chmod", "755", "/usr/bin/systemctl")
	succeed(t, "mkdir", "-p", "/run/systemd/system")
	succeed(t, "dpkg", "-i", "/tmp/next.deb")
	if log := readFile(t, said); !regexp.MustCompile(`(?m)^.*\b(re)?start promferry\.service$`).MatchString(log) || strings.Contains(log, "start promferry-once.timer") {
		t.Errorf("after a removal, an installation tells systemd\n%s\nwant a start of the service, and of no timer that is not enabled", log)
	}
	succeed(t, "rm", "-r", "/run/systemd")
	succeed(t, "mv", "/usr/bin/systemctl.real", "/usr/bin/systemctl")
	succeed(t, "dpkg", "-r", "promferry")
}

// nextVersion is the same package with a higher version.
func nextVersion(t *testing.T) string {
	t.Helper()
	succeed(t, "dpkg-deb", "--raw-extract", "/tmp/promferry.deb", "/tmp/next")
	control := readFile(t, "/tmp/next/DEBIAN/control")
	writeFile(t, "/tmp/next/DEBIAN/control", strings.Replace(control, "Version: 1.2.3", "Version: 1.2.4", 1))
	succeed(t, "dpkg-deb", "-Znone", "--build", "/tmp/next", "/tmp/next.deb")
	return "/tmp/next.deb"
}

// checkGone looks for what a purge has left.
func checkGone(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("getent", "passwd", "promferry").Output(); err == nil {
		t.Errorf("a purge left the user: %s", out)
	}
	for _, dir := range []string{"/etc", "/lib/systemd", "/usr/bin", "/usr/share", "/var/lib", "/run"} {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err == nil && strings.Contains(filepath.Base(name), "promferry") {
				t.Errorf("a purge left %s", name)
			}
			return nil // what cannot be read was not made here
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// succeed runs a command and returns what it said.
func succeed(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// startIn starts a program, which ends with the test at the latest.
func startIn(t *testing.T, cmd *exec.Cmd) *strings.Builder {
	t.Helper()
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // fails where it has ended
		_ = cmd.Wait()         // or was waited for
	})
	return &log
}

func await(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); !yes(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// get returns what an address serves, or what is wrong with it.
func get(url string) string {
	resp, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var text strings.Builder
	if err := resp.Write(&text); err != nil {
		return fmt.Sprint(err)
	}
	return text.String()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	writeFile(t, path, readFile(t, path)+text)
}
