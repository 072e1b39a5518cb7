package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// deb makes the package by nfpm, a module of its own in deploy/packaging, whose
// nfpm.yaml says what is in it.
func (r *release) deb(p platform, binary string) (path string, err error) {
	path, err = filepath.Abs(filepath.Join(r.dist, "promferry_"+debVersion(r.version, r.time)+"_"+debArch(p)+".deb"))
	if err != nil {
		return "", err
	}
	dist, err := filepath.Abs(r.dist)
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "-C", "deploy/packaging", "tool", "nfpm", "package", "--packager=deb", "--target="+path)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0",
		"BINARY="+binary, "DIST="+dist, "DEB_ARCH="+debArch(p), "DEB_VERSION="+debVersion(r.version, r.time),
		fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.time.Unix()))
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("nfpm: %w\n%s", err, out)
	}
	return path, nil
}

// debArch is the architecture as Debian names it.
func debArch(p platform) string {
	if p.arch == "arm" {
		return "armhf" // ARMv7
	}
	return p.arch
}

// commits is what git describe adds for those after a tag.
var commits = regexp.MustCompile(`-(\d+)-g([0-9a-f]+)`)

// debVersion makes a version of Debian (deb-version(7)) of what git describes: it
// begins with a digit, commits after a tag sort behind it, and what stands before
// a release (-rc.1) sorts before it.
func debVersion(version string, at time.Time) string {
	v := commits.ReplaceAllString(strings.TrimPrefix(version, "v"), "+$1.g$2")
	v = strings.ReplaceAll(v, "-", "~")
	if v == "" || v[0] < '0' || v[0] > '9' || !strings.Contains(v, ".") {
		// No tag yet: the names of commits have no order, their times have.
		return strings.TrimSuffix("0~"+at.UTC().Format("20060102150405")+"."+v, ".")
	}
	return v
}
