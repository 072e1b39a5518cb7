// Command release makes what is released: for each platform a static binary in
// an archive, for Linux a Debian package as well, and the checksums of all. The
// same commit and the same Go make the same bytes, wherever the source lies. The
// working directory is that of the module; `make release` gives the flags.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// all are the platforms that promferry is built for.
const all = "linux/amd64,linux/arm64,linux/arm,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

// A release is what has one version.
type release struct {
	dist     string    // where all is written; has the man page and the completions
	version  string    // as git describes it
	revision string    // the commit
	time     time.Time // of all files: the commit's
}

func main() {
	var r release
	flag.StringVar(&r.dist, "dist", "dist", "directory of the results")
	flag.StringVar(&r.version, "version", "devel", "as git describes it")
	flag.StringVar(&r.revision, "revision", "", "the commit")
	seconds := flag.Int64("time", 0, "time of all files, in seconds since 1970: that of the commit")
	platforms := flag.String("platforms", all, "what to build for")
	flag.Parse()
	r.time = time.Unix(*seconds, 0).UTC()
	if err := r.make(strings.Split(*platforms, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// make writes the results into dist, and their checksums last.
func (r *release) make(platforms []string) error {
	var results []string
	for _, name := range platforms {
		p, err := parsePlatform(name)
		if err != nil {
			return err
		}
		made, err := r.platform(p)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		results = append(results, made...)
	}
	return writeChecksums(filepath.Join(r.dist, "SHA256SUMS"), results)
}

// platform makes what one platform gets, and returns the files.
func (r *release) platform(p platform) ([]string, error) {
	binary, err := r.build(p)
	if err != nil {
		return nil, err
	}
	archive, err := r.archive(p, binary)
	if err != nil || p.os != "linux" {
		return []string{archive}, err
	}
	deb, err := r.deb(p, binary)
	return []string{archive, deb}, err
}

// A platform is an operating system and an architecture, as Go names them.
type platform struct{ os, arch string }

func parsePlatform(name string) (platform, error) {
	system, arch, found := strings.Cut(name, "/")
	if !found {
		return platform{}, errors.New("platform " + name + ": want one such as linux/amd64")
	}
	return platform{system, arch}, nil
}

// String is its name in files.
func (p platform) String() string {
	if p.arch == "arm" {
		return p.os + "_armv7"
	}
	return p.os + "_" + p.arch
}

// binaryName is that of the program.
func (p platform) binaryName() string {
	if p.os == "windows" {
		return "promferry.exe"
	}
	return "promferry"
}
