package test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// config writes a configuration file and returns its path.
func config(t testing.TB, format string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "promferry.hcl")
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// appConfig has one gateway and one target: job app, instance i.
func appConfig(t testing.TB, gateway string, target *scripted) string {
	t.Helper()
	return config(t, `
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gateway, target.address())
}

// settingsConfig is appConfig in short intervals, with settings of the gateway.
func settingsConfig(t testing.TB, gateway, settings string, target *scripted) string {
	t.Helper()
	return config(t, `
		global { scrape_interval = "500ms" }
		gateway "default" {
			url = %q
			%s
		}
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gateway, settings, target.address())
}
