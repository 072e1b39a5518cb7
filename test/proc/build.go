package proc

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the program as a release has it, into a directory, and returns
// its path. The working directory is the module's.
func Build(dir string) (binary string, err error) {
	binary = filepath.Join(dir, "promferry")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/promferry")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
}
