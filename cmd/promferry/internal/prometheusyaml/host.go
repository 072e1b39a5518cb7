package prometheusyaml

import (
	"net/netip"
	"regexp"
	"strings"
)

// cutPort parts host:port; the host is without brackets.
func cutPort(address string) (host string, hasPort bool) {
	i := strings.LastIndexByte(address, ':')
	if i < 0 || strings.HasSuffix(address, "]") || strings.Contains(address[:i], ":") && !strings.HasSuffix(address[:i], "]") {
		return unbracketed(address), false
	}
	return unbracketed(address[:i]), true
}

func unbracketed(host string) string {
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isLoopback tells a host that is this machine for each machine.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().WithZone("").IsLoopback()
}

// thisHost are the names of this machine: the whole one and, of a full one, its
// first label.
func (o Options) thisHost() []string {
	if o.Hostname == "" {
		return nil
	}
	names := []string{strings.ToLower(o.Hostname)}
	if short, _, full := strings.Cut(names[0], "."); full && short != "" {
		names = append(names, short)
	}
	return names
}

// isLocal tells an address on this machine.
func (o Options) isLocal(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	host, _ := cutPort(address)
	if isLoopback(host) {
		return true
	}
	for _, name := range o.thisHost() {
		if strings.TrimSuffix(strings.ToLower(host), ".") == name {
			return true
		}
	}
	return false
}

// localRegex matches the addresses that isLocal takes.
func (o Options) localRegex() string {
	hosts := []string{`localhost`, `.+\.localhost`, `127\..+`, `\[::1\]`}
	for _, name := range o.thisHost() {
		hosts = append(hosts, regexp.QuoteMeta(name))
	}
	return `(?i:unix:.+|(?:` + strings.Join(hosts, "|") + `)\.?(?::[0-9]+)?)`
}
