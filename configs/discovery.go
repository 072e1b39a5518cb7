package configs

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// A Discovery is one way in which a job finds targets while it runs. Files, URL
// or Names is set.
type Discovery struct {
	Files           []string                    // of file_sd_config: patterns of JSON and YAML files
	URL             *url.URL                    // of http_sd_config; its query may be a secret
	HTTP            promconfig.HTTPClientConfig // for URL
	Names           []string                    // of dns_sd_config
	Type            string                      // of their records: DNSA, DNSAAAA or DNSSRV
	Port            int                         // for A and AAAA
	RefreshInterval time.Duration
}

// Kind is the block's name without _config: file_sd, http_sd, dns_sd.
func (d Discovery) Kind() string {
	switch {
	case d.URL != nil:
		return "http_sd"
	case d.Names != nil:
		return "dns_sd"
	}
	return "file_sd"
}

// The DNS records that name targets.
const (
	DNSA    = "A"
	DNSAAAA = "AAAA"
	DNSSRV  = "SRV"
)

// discoveries reads how a job finds targets.
func (s *section) discoveries() (all []Discovery) {
	for _, block := range s.sections(&fileSDSchema) {
		all = append(all, block.fileSD())
	}
	for _, block := range s.sections(&httpSDSchema) {
		all = append(all, block.httpSD())
	}
	for _, block := range s.sections(&dnsSDSchema) {
		all = append(all, block.dnsSD())
	}
	return all
}

func (s *section) fileSD() Discovery {
	d := Discovery{RefreshInterval: s.duration("refresh_interval", defaultFileSDRefresh)}
	for _, t := range s.texts("files") {
		_, err := filepath.Match(t.value, "")
		switch ending := strings.ToLower(filepath.Ext(t.value)); {
		case err != nil || !slices.Contains([]string{".json", ".yml", ".yaml"}, ending):
			s.refuse("files", t.at, "Bad file pattern", "%s is no path and no pattern of files that end in .json, .yml or .yaml.", quote(t.value))
		default:
			d.Files = append(d.Files, t.value)
		}
	}
	s.notNone("files", d.Files)
	return d
}

func (s *section) httpSD() Discovery {
	d := Discovery{HTTP: s.httpClient(), RefreshInterval: s.duration("refresh_interval", defaultHTTPSDRefresh)}
	d.HTTP.FollowRedirects = s.boolean("follow_redirects", true)
	t, ok := s.text("url")
	if !ok {
		return d
	}
	s.mask(t.at) // its query may be a secret
	if hasUserinfo(t.value) {
		s.refuse("url", t.at, "Credentials in an address", "url has user:password@ in it. %s", userinfoRemedy("url"))
		return d
	}
	u, err := parseHTTP(t.value)
	if err != nil {
		s.refuse("url", t.at, "Bad discovery URL", `url %s. Write "http://host:port/path" or "https://host:port/path".`, err)
		return d
	}
	d.URL = u
	if isPlain(u) && hasCredentials(d.HTTP) {
		s.warnPlain(t.at)
	}
	return d
}

func (s *section) dnsSD() Discovery {
	d := Discovery{
		Type:            s.choice("type", DNSSRV, DNSSRV, DNSA, DNSAAAA),
		Port:            s.integer("port", 0, 1),
		RefreshInterval: s.duration("refresh_interval", defaultDNSSDRefresh),
	}
	for _, t := range s.texts("names") {
		switch {
		case t.value == "":
			s.refuse("names", t.at, "Empty DNS name", "Write the name to look up.")
		case slices.Contains(d.Names, t.value):
			s.refuse("names", t.at, "DNS name given twice", "%s is in the list already. Leave it out.", quote(t.value))
		}
		d.Names = append(d.Names, t.value)
	}
	s.notNone("names", d.Names)
	switch {
	case s.bad["type"] || s.bad["port"]:
	case d.Type != DNSSRV && d.Port == 0:
		s.errorf(s.block.DefRange(), "DNS records without a port", "%s records name a host, but no port. Write port = 9100.", d.Type)
	case d.Port > 65535:
		s.refuse("port", s.at("port"), "Number out of range", "port is %d; write a whole number from 1 to 65535.", d.Port)
	}
	return d
}
