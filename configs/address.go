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

// An address is one element of targets, parsed.
type address struct {
	scheme  string // "" as the job says
	host    string // with its port if it has one, as written; "" for a socket
	path    string // "" as the job says
	rawPath string // as in url.URL
	socket  string // path of a unix socket
}

const unixPrefix = "unix://"

// parseAddress takes host, host:port, a URL without query, or a unix socket with
// or without a path after it.
func parseAddress(s string) (address, error) {
	switch {
	case strings.HasPrefix(s, unixPrefix):
		return parseSocket(s)
	case strings.Contains(s, "://"):
		u, err := parseHTTP(s)
		if err != nil {
			return address{}, err
		}
		return address{scheme: u.Scheme, host: u.Host, path: u.Path, rawPath: u.RawPath}, nil
	case strings.Contains(s, "/"):
		return address{}, errors.New("has a path but no scheme")
	}
	return address{host: s}, checkHost(s)
}

func parseSocket(s string) (address, error) {
	socket, path, found := strings.Cut(strings.TrimPrefix(s, unixPrefix), ":/")
	if !strings.HasPrefix(socket, "/") || socket == "/" {
		return address{}, errors.New("has no absolute path after unix:// (three slashes in all)")
	}
	if found {
		path = "/" + path
	}
	return address{scheme: "http", socket: socket, path: path}, nil
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

// refuseSecrets reports credentials and a query in an address, and masks it in
// every snippet: both may hold a secret. It tells whether it did.
func (s *section) refuseSecrets(name string, t text) bool {
	if strings.HasPrefix(t.value, unixPrefix) {
		return false
	}
	if hasUserinfo(t.value) {
		s.mask(t.at)
		s.refuse(name, t.at, "Credentials in an address", "%s has user:password@ in it. %s", name, userinfoRemedy(name))
		return true
	}
	if strings.ContainsAny(t.value, "?#") {
		s.mask(t.at)
		s.refuse(name, t.at, "Query in an address", "%s has a query or a fragment in it. %s", name, queryRemedy(name))
		return true
	}
	return false
}

func userinfoRemedy(name string) string {
	switch name {
	case "proxy_url":
		return `Write proxy_connect_header "Proxy-Authorization" { values = [env(…)] }, or proxy_from_environment = true and the password in HTTPS_PROXY.`
	case "token_url":
		return "Write client_id, and client_secret = env(…) or client_secret_file."
	}
	return "Write a basic_auth block with password = env(…) or password_file."
}

func queryRemedy(name string) string {
	switch name {
	case "targets":
		return "Write params in the job instead."
	case "token_url":
		return "Write endpoint_params instead."
	}
	return "Leave it out."
}

// hasUserinfo is careful: a password may hold a slash, so that an @ in what
// seems to be a path counts unless the text is a good URL.
func hasUserinfo(s string) bool {
	if !strings.Contains(s, "@") {
		return false
	}
	u, err := parseHTTP(s)
	return err != nil || u.User != nil
}
