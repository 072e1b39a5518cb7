package configs

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// url reads a URL with one of the schemes and without a secret; nil without a
// good one.
func (s *section) url(name string, schemes ...string) *url.URL {
	t, ok := s.text(name)
	if !ok || s.refuseSecrets(name, t) {
		return nil
	}
	u, err := parseURL(t.value, schemes...)
	if err != nil {
		s.refuse(name, t.at, "Not a good URL", `%s %s. Write "%s://host:port".`, quote(t.value), err, schemes[0])
		return nil
	}
	return u
}

// parseHTTP parses an http or https URL.
func parseHTTP(s string) (*url.URL, error) { return parseURL(s, "http", "https") }

// parseURL parses a URL with one of the schemes. Its errors never quote the text.
func parseURL(s string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err // without the URL
		}
		return nil, fmt.Errorf("is no URL: %w", err)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return nil, fmt.Errorf("has no scheme %s://", strings.Join(schemes, ":// or "))
	}
	return u, checkHost(u.Host)
}

// checkHost takes host, host:port, [IPv6] and [IPv6]:port.
func checkHost(s string) error {
	host, port, hasPort := cutPort(s)
	if hasPort {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("has the port %q, not 1 to 65535", port)
		}
	}
	switch inner, ok := strings.CutPrefix(host, "["); {
	case ok:
		ip, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !ip.Is6() || !strings.HasSuffix(inner, "]") {
			return errors.New("has brackets around what is no IPv6 address")
		}
	case host == "":
		return errors.New("has no host")
	case strings.Contains(host, ":"):
		return errors.New("is an IPv6 address without brackets, or has two ports")
	case !hostName.MatchString(host):
		return fmt.Errorf("has the host %q, which has characters that no host has", host)
	}
	return nil
}

// cutPort parts host:port; brackets stay on the host.
func cutPort(s string) (host, port string, hasPort bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") || strings.Contains(s[:i], ":") && !strings.HasSuffix(s[:i], "]") {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// bareHost is the host of host:port, without brackets.
func bareHost(s string) string {
	host, _, _ := cutPort(s)
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// hostName is wider than RFC 1123: underscores occur, and names that are not
// ASCII are left to the resolver.
var hostName = regexp.MustCompile(`^[\p{L}\p{N}._-]+$`)
