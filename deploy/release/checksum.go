package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeChecksums writes what `sha256sum --check` reads.
func writeChecksums(path string, files []string) error {
	var text strings.Builder
	for _, file := range files {
		sum := sha256.New()
		if err := copyFile(sum, file); err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sum.Sum(nil), filepath.Base(file))
	}
	return os.WriteFile(path, []byte(text.String()), 0o644)
}
