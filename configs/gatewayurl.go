package configs

import (
	"net/url"
	"strings"
)

// urlAttribute is the one of the two that the block has.
func (s *section) urlAttribute() string {
	if s.has("urls") {
		return "urls"
	}
	return "url"
}

// gatewayURLs returns those of the shards, each once; that of url alone for a
// gateway without.
func (s *section) gatewayURLs() (urls []*url.URL) {
	seen := make(map[string]bool)
	for _, t := range s.gatewayTexts() {
		u := s.gatewayURL(t)
		if u == nil {
			continue
		}
		if seen[storeOf(u)] {
			s.refuse("urls", t.at, "Gateway URL given twice", "%s is in the list already. Leave it out.", quote(t.value))
			continue
		}
		seen[storeOf(u)] = true
		urls = append(urls, u)
	}
	return urls
}

// gatewayTexts returns what url or urls says.
func (s *section) gatewayTexts() (all []text) {
	switch {
	case s.has("url") && s.has("urls"):
		s.refuse("urls", s.at("urls"), "url and urls together", "A gateway has one url, or several urls, its shards. Leave one of the two out.")
	case s.has("urls"):
		all = s.texts("urls")
		if len(all) == 0 && !s.bad["urls"] {
			s.refuse("urls", s.at("urls"), "Empty list of urls", `Write urls = ["http://a:9091", "http://b:9091"], or one url.`)
		}
	case s.has("url"):
		if t, ok := s.text("url"); ok {
			all = []text{t}
		} else if !s.bad["url"] {
			s.missingURL()
		}
	default:
		s.missingURL()
	}
	return all
}

func (s *section) missingURL() {
	s.errorf(s.block.DefRange(), "Missing required attribute", `%s needs the attribute "url", or "urls" for several shards.`, s.schema)
}

// gatewayURL returns nil where the text is no good one.
func (s *section) gatewayURL(t text) *url.URL {
	name := s.urlAttribute()
	if s.refuseSecrets(name, t) {
		return nil
	}
	u, err := parseHTTP(t.value)
	if err != nil {
		s.refuse(name, t.at, "Bad gateway URL", `%s %s. Write "http://host:port" or "https://host:port".`, quote(t.value), err)
		return nil
	}
	if prefix, _, ends := strings.Cut(u.Path+"/", "/metrics/"); ends {
		s.refuse(name, t.at, "Bad gateway URL", "promferry adds /metrics/job/... itself. Write %q.", u.Scheme+"://"+u.Host+prefix)
		return nil
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u
}

// storeOf returns what is the same for two spellings of one URL.
func storeOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port + u.EscapedPath()
}
