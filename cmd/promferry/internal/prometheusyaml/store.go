package prometheusyaml

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// A store is one element of remote_write.
type store struct {
	comments []string
	name     string
	body     block
}

// storeFields are those of remote_write beside those of an HTTP client.
var storeFields = map[string]handler{
	"url":            storeURL,
	"name":           func(*scope, *block, field) {},
	"remote_timeout": as("timeout", duration),
	"headers":        storeHeaders,
	"write_relabel_configs": func(s *scope, b *block, f field) {
		s.rules(b, f, func(place, *relabel.Config, []*relabel.Config) bool { return true })
	},
	"queue_config":           queueConfig,
	"follow_redirects":       without("no redirect is followed with what is to be stored; write the URL where it ends"),
	"protobuf_message":       protobufMessage,
	"send_exemplars":         always,
	"send_native_histograms": always,
	"metadata_config":        always,
	"round_robin_dns":        without("promferry keeps a connection as long as it works"),
	"failed_request_logging": without("promferry's log says when a receiver begins to refuse, and why"),
	"sigv4":                  without(ownAuthorization),
	"azuread":                without(ownAuthorization),
	"google_iam":             without(ownAuthorization),
}

const ownAuthorization = "promferry has none of the clouds' own ways to sign a request; write basic_auth, authorization or oauth2, or go through a proxy that signs"

// storeURL writes a URL as discoveryURL does: the query of either may hold a
// secret. A fragment goes nowhere.
func storeURL(s *scope, b *block, f field) {
	if t, _ := s.text(f.key, f.value); strings.Contains(t, "#") {
		s.secrets.remember(t)
		s.refused(f.place, "%s was left out: it has a fragment in it, which no request carries", f.key)
		return
	}
	discoveryURL(s, b, f)
}

// as writes a field under another name.
func as(name string, h handler) handler {
	return func(s *scope, b *block, f field) {
		f.key = name
		h(s, b, f)
	}
}

// always says of what Prometheus sends on demand that it is sent.
func always(s *scope, _ *block, f field) {
	s.note(f.place, "%s is not needed: promferry sends exemplars, native histograms and metadata wherever a target has them", f.key)
}

// protobufMessage says that the older one is spoken.
func protobufMessage(s *scope, _ *block, f field) {
	if t, ok := s.text(f.key, f.value); ok && t != "" && t != "prometheus.WriteRequest" {
		s.dropped(f.place, "%s was left out: promferry speaks remote_write 1.0, prometheus.WriteRequest; see that the receiver takes it, as most do", f.key)
	}
}

// storeHeaders writes a block for each header.
func storeHeaders(s *scope, b *block, f field) {
	for _, h := range s.fields(f.value) {
		t, ok := s.text(h.key, h.value)
		_, reserved := promconfig.ReservedHeaders[http.CanonicalHeaderKey(h.key)]
		switch {
		case reserved:
			s.secrets.remember(t)
			s.refused(h.place, "the header %s was left out: it is the connection's, or that of a block such as basic_auth", shown(h.key))
		case ok:
			value := element{value: s.named(h.key, h.value, t)}
			b.add("http_header", h.comments(), h.key).set("values", list([]element{value}))
		}
	}
}

// readStores reads remote_write.
func (s *scope) readStores(d *document, f field) {
	comments := f.above
	for _, item := range s.items(f) {
		inner := &scope{reader: s.reader, store: s.storeName(d, item), dir: s.dir}
		st := store{comments: slices.Concat(comments, item.comments()), name: inner.store}
		inner.readStore(&st.body, d.global, item)
		if !st.body.has("url") {
			inner.refused(item.place, "an element of remote_write has no good url: it was left out")
			continue
		}
		if s.Gateway != "" {
			inner.choice(item.place, "it gets these series from promferry now, and from Prometheus, which scrapes the gateway, too: have Prometheus leave them out with write_relabel_configs, or name gateways = [%q] in the jobs that go on by way of it", importedGateway)
		}
		d.stores, comments = append(d.stores, st), nil
	}
	d.below = append(d.below, f.below)
}

// storeName is that of the element, or store, store2 and so on: gateways and
// remote_writes have their names from one set.
func (s *scope) storeName(d *document, v value) string {
	isTaken := func(name string) bool {
		return name == importedGateway || slices.ContainsFunc(d.stores, func(st store) bool { return st.name == name })
	}
	stem := "store"
	for _, f := range s.fields(v) {
		if f.key == "name" && f.value.node.Value != "" {
			stem = visible(f.value.node.Value)
		}
	}
	name := stem
	for i := 2; isTaken(name); i++ {
		name = fmt.Sprintf("%s%d", stem, i)
	}
	return name
}

func (s *scope) readStore(b *block, of global, v value) {
	s.addExternal(b, of.external)
	for _, f := range s.fields(v) {
		own, isOwn := storeFields[f.key]
		client, isHTTP := httpFields[f.key]
		switch {
		case isOwn:
			own(s, b, f)
		case isHTTP:
			client(s, b, f)
		default:
			s.unknown(f)
		}
	}
	s.checkHTTP(b, v)
}

// addExternal writes a rule for each of external_labels, before all others, as
// Prometheus has it: a series that has such a label itself keeps it.
func (s *scope) addExternal(b *block, external []field) {
	file := &scope{reader: s.reader, dir: s.dir} // each is found once, however many stores there are
	for _, f := range external {
		t, ok := s.text(f.key, f.value)
		switch {
		case !ok || t == "":
			continue
		case strings.Contains(t, "$"):
			file.dropped(f.place, "the external label %s was left out: Prometheus puts a variable of its environment into it; write a write_relabel_config whose replacement has env(…) in it", shown(f.key))
			continue
		case !model.UTF8Validation.IsValidLabelName(f.key) || strings.Contains(f.key, "$"):
			file.refused(f.place, "the external label %s was left out: that is no name of a label", shown(f.key))
			continue
		}
		rule := b.add("write_relabel_config", f.comments())
		rule.set("source_labels", list([]element{{value: quoted(f.key)}}))
		rule.set("regex", quoted(""))
		rule.set("target_label", quoted(f.key))
		rule.set("replacement", s.named(f.key, f.value, t))
	}
}
