package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guarded refuses requests that change something and that a page of another
// origin makes a browser send. Such a page may have had its own name resolve to
// this address (DNS rebinding), and is its own origin then; but where the server
// listens on loopback only, it has no other names than those of loopback.
func guarded(next http.Handler, listens net.Addr) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	address, err := netip.ParseAddrPort(listens.String())
	if err != nil || !address.Addr().IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if changes(r) && !namesLoopback(r.Host) {
			http.Error(w, "refused: the Host header names another host than this one", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// changes tells methods that are not safe (RFC 9110, 9.2.1).
func changes(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}

func namesLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
