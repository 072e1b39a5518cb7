package configs

import "strings"

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
