package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// build makes the binary of a platform by `make build`, with nothing of this
// machine in it: neither its paths, nor its settings of Go.
func (r *release) build(p platform) (binary string, err error) {
	binary, err = filepath.Abs(filepath.Join(r.dist, "bin", p.String(), p.binaryName()))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("make", "build", "BINARY="+binary, "VERSION="+r.version, "REVISION="+r.revision,
		"DATE="+r.time.Format("20060102-15:04:05"))
	cmd.Env = append(os.Environ(),
		"MAKEFLAGS=", "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off",
		"GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOARM=7")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make build: %w\n%s", err, out)
	}
	return binary, nil
}
