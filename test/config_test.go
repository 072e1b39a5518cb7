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

// How often targets are scraped, which is how long a scrape may take, too.
const (
	often     = "500ms" // for `run`, where the next scrape makes up for one that was too slow
	leisurely = "30s"   // for `once`, in time also on a machine that is busy
)

// settingsConfig is appConfig with an interval, and settings of the gateway.
func settingsConfig(t testing.TB, gateway, interval, settings string, target *scripted) string {
	t.Helper()
	return config(t, `
		global {
			scrape_interval = %[1]q
			scrape_timeout  = %[1]q
		}
		gateway "default" {
			url = %[2]q
			%[3]s
		}
		job "app" {
			targets  = [%[4]q]
			instance = "i"
		}
	`, interval, gateway, settings, target.address())
}
