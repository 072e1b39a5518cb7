package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"

	promconfig "github.com/prometheus/common/config"
)

// loadHTTPConfig reads a file as promtool's --http.config.file; without one
// there are the defaults.
func loadHTTPConfig(path string) (promconfig.HTTPClientConfig, error) {
	if path == "" {
		return promconfig.DefaultHTTPClientConfig, nil
	}
	cfg, _, err := promconfig.LoadHTTPConfigFile(path)
	var file *fs.PathError
	if errors.As(err, &file) {
		return promconfig.HTTPClientConfig{}, file
	}
	var address *url.Error
	if errors.As(err, &address) {
		address.URL = "<secret>" // of a proxy, which may have a password
	}
	if err != nil { // YAML's own errors quote values
		return promconfig.HTTPClientConfig{}, fmt.Errorf("%s: %s", path, oneLine(quotedValue.ReplaceAllString(err.Error(), "<secret>")))
	}
	return *cfg, nil
}

var quotedValue = regexp.MustCompile("`[^`]*`")
