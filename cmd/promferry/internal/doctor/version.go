package doctor

import (
	"context"
	"fmt"
	"strings"
)

// checkVersion says which version answers, and what follows from it.
func (in *inspection) checkVersion(ctx context.Context) {
	const name = "version"
	in.Learn(ctx)
	status := in.Subject.Status()
	sent := "pushes go as " + status.Encoding
	if status.Compression != "none" {
		sent += ", " + status.Compression
	} else {
		sent += ", not compressed"
	}
	if !in.about.HasVersion() {
		in.Checks.note(name, "not known: "+sent)
		return
	}
	in.Version = oneLine(in.about.Version)
	if missing := in.missing(); len(missing) > 0 {
		in.Checks.note(name, fmt.Sprintf("%s: %s; it has no %s", in.Version, sent, strings.Join(missing, ", no ")))
		return
	}
	in.Checks.ok(name, in.Version+": "+sent)
}

// missing is what a Pushgateway of this version does not have (contract C19, C46,
// C47).
func (in *inspection) missing() (all []string) {
	v := in.about
	switch {
	case !v.From(1, 5):
		all = append(all, "compression (from 1.5.0)")
	case !v.From(1, 6):
		all = append(all, "snappy (from 1.6.0)")
	}
	switch {
	case !v.From(1, 11):
		all = append(all, "UTF-8 names (from 1.11.0)")
	case v.Flags["push.enable-utf8-names"] != "true":
		all = append(all, "UTF-8 names (--push.enable-utf8-names)")
	}
	if !v.From(1, 6) {
		all = append(all, "protection from texts of others that are cut off (from 1.6.0)")
	}
	return all
}

// unchecked tells a gateway that stores what it gets without a look.
func (in *inspection) unchecked() bool {
	return in.about.Flags["push.disable-consistency-check"] == "true"
}

// checkFlags says what follows from the gateway's flags. A gateway that does not
// say has none of these checks.
func (in *inspection) checkFlags() {
	flags := in.about.Flags
	if len(flags) == 0 {
		return
	}
	if in.unchecked() {
		in.Checks.warn("consistency", "--push.disable-consistency-check: a push of anybody that does not fit breaks its /metrics for everybody, and nobody is told",
			"Start the gateway without --push.disable-consistency-check, unless it could not bear the load.")
	} else {
		in.Checks.ok("consistency", "it checks each push against all groups")
	}
	if flags["persistence.file"] == "" {
		in.Checks.note("persistence", "no --persistence.file: a restart empties it, until the next push of each group")
	}
	if flags["web.enable-admin-api"] == "true" {
		in.Checks.warn("admin", "--web.enable-admin-api: who can push can delete everything with one request",
			"Start the gateway without --web.enable-admin-api, unless somebody needs it.")
	}
}
