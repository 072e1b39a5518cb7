package prometheusyaml

import (
	"regexp"
	"strings"
)

var fileSDFields = map[string]handler{
	"files":            fileSDFiles,
	"refresh_interval": duration,
}

var dnsSDFields = map[string]handler{
	"names":            texts,
	"type":             recordType,
	"port":             number,
	"refresh_interval": duration,
}

// fileSDFiles writes the files that Prometheus would take.
func fileSDFiles(s *scope, b *block, f field) {
	var elements []element
	names, at := s.texts(f)
	for i, name := range names {
		if !targetFile.MatchString(name) {
			s.refused(at[i].place, "files: %.80q is no file of targets: want .json, .yml or .yaml, and * in its name only", visible(name))
			continue
		}
		elements = append(elements, element{comments: at[i].comments(), value: s.fileName(f.key, at[i], name)})
	}
	if elements != nil {
		b.set(f.key, list(elements), f.comments()...)
	}
}

// targetFile is Prometheus's rule for the names of file_sd_configs.
var targetFile = regexp.MustCompile(`^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$`)

// recordType writes a DNS type in upper case, in which Prometheus reads it. Of
// others the whole block is left out: without type it would mean SRV.
func recordType(s *scope, b *block, f field) {
	t, ok := s.text(f.key, f.value)
	switch t = strings.ToUpper(t); {
	case ok && t == "":
	case t == "A" || t == "AAAA" || t == "SRV":
		b.set(f.key, quoted(t), f.comments()...)
	case t == "MX" || t == "NS":
		s.dropped(f.place, "dns_sd_configs of type %s were left out: promferry asks for A, AAAA and SRV records", t)
		b.unusable = true
	default:
		s.refused(f.place, "type: %.40q is no record type of dns_sd_configs", t)
		b.unusable = true
	}
}

// httpSD writes one http_sd_config.
func (s *scope) httpSD(b *block, v value) {
	for _, f := range s.fields(v) {
		switch h, known := httpFields[f.key]; {
		case f.key == "url":
			discoveryURL(s, b, f)
		case f.key == "refresh_interval":
			duration(s, b, f)
		case known:
			h(s, b, f)
		default:
			s.unknown(f)
		}
	}
	s.checkHTTP(b, v)
}

// instead says what to do about a discovery that promferry does not have.
func instead(kind string) string {
	switch kind {
	case "kubernetes_sd_configs":
		return "run promferry as a sidecar of each pod, with targets = [\"localhost:PORT\"], or let a script write the targets into a file for file_sd_config"
	case "docker_sd_configs", "dockerswarm_sd_configs":
		return "run promferry beside the containers, with their names as targets, or let a script write the targets into a file for file_sd_config"
	case "consul_sd_configs", "nomad_sd_configs":
		return "ask the names that it serves by DNS with dns_sd_config, or let a script write the targets into a file for file_sd_config"
	}
	return "run promferry on each host, with targets = [\"localhost:PORT\"], or let a script write the targets into a file for file_sd_config, or serve them for http_sd_config"
}
