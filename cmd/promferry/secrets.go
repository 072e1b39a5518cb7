package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
)

// masked hides what may be a key to the target or to its discovery: the values
// of parameters, and of labels for rules whose names sound secret; userinfo and
// queries. A label that stays is in the grouping key, and no secret.
func masked(discovered convert.Labels) convert.Labels {
	shown := slices.Clone(discovered)
	for i := range shown {
		switch name := shown[i].Name; {
		case strings.HasPrefix(name, model.ReservedLabelPrefix) && configs.SoundsSecret(name):
			shown[i].Value = "<secret>"
		case name == model.AddressLabel, name == model.MetricsPathLabel, strings.HasPrefix(name, model.MetaLabelPrefix):
			shown[i].Value = withoutSecrets(shown[i].Value)
		}
	}
	return shown
}

// withoutSecrets hides what may be userinfo, a query or a fragment in what may be
// a URL, good or not.
func withoutSecrets(value string) string {
	if !strings.ContainsAny(value, "@?#") || strings.HasPrefix(value, "unix://") {
		return value
	}
	scheme, rest, hasScheme := strings.Cut(value, "://")
	if !hasScheme {
		scheme, rest = "", value
	} else if strings.ContainsAny(scheme, "@?# ") {
		return "<secret>"
	}
	shown := rest
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		shown = rest[:i] + "?<secret>"
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 { // a password may have a ? or # in it
		shown = "<secret>@…"
	}
	if !hasScheme {
		return shown
	}
	return scheme + "://" + shown
}

// shownURL is one without what may be a secret: userinfo and query.
func shownURL(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
