package configs

import "slices"

// A blockSchema says what may stand in a block.
type blockSchema struct {
	kind       string         // the block's type; "" for the file itself
	label      string         // what its one label is; "" for a block without
	once       bool           // within its parent, all files together
	secret     bool           // an unknown attribute in it may be a misspelled secret
	required   []string       // attributes that must be set
	attributes []string       // those that may be set
	blocks     []*blockSchema // those that may stand in it
}

func (b *blockSchema) hasAttribute(name string) bool {
	return slices.Contains(b.required, name) || slices.Contains(b.attributes, name)
}

// child returns the schema of a block in b, or nil.
func (b *blockSchema) child(kind string) *blockSchema {
	for _, c := range b.blocks {
		if c.kind == kind {
			return c
		}
	}
	return nil
}

// String names the block as the subject of a sentence.
func (b *blockSchema) String() string {
	if b.kind == "" {
		return "A file"
	}
	return "The " + b.kind + " block"
}

// names lists the attributes and blocks that may stand in b.
func (b *blockSchema) names() []string {
	names := slices.Concat(b.required, b.attributes)
	for _, c := range b.blocks {
		names = append(names, c.kind)
	}
	return names
}

var rootSchema = blockSchema{
	blocks: []*blockSchema{&globalSchema, &gatewaySchema, &remoteWriteSchema, &jobSchema, &builtinSchema},
}

var globalSchema = blockSchema{
	kind: "global",
	once: true,
	attributes: slices.Concat(
		[]string{"instance", "labels", "workers", "max_pending_bytes"}, settingNames),
}

var gatewaySchema = blockSchema{
	kind:       "gateway",
	label:      "name",
	attributes: slices.Concat([]string{"url", "urls", "encoding", "compression", "timeout", "max_concurrent_pushes"}, httpNames),
	blocks:     slices.Concat([]*blockSchema{&retrySchema}, httpBlocks),
}

var retrySchema = blockSchema{
	kind:       "retry",
	once:       true,
	attributes: []string{"min_backoff", "max_backoff"},
}

var remoteWriteSchema = blockSchema{
	kind:       "remote_write",
	label:      "name",
	required:   []string{"url"},
	attributes: slices.Concat([]string{"timeout"}, httpNames),
	blocks:     slices.Concat([]*blockSchema{&queueSchema, &spoolSchema, &writeRelabelSchema}, httpBlocks),
}

var queueSchema = blockSchema{
	kind:       "queue",
	once:       true,
	attributes: []string{"capacity", "max_samples_per_send", "batch_send_deadline", "min_backoff", "max_backoff"},
}

var spoolSchema = blockSchema{
	kind:       "spool",
	once:       true,
	required:   []string{"directory"},
	attributes: []string{"max_size", "max_age"},
}

var jobSchema = blockSchema{
	kind:  "job",
	label: "name",
	attributes: slices.Concat(
		[]string{"targets", "files", "max_age", "instance", "labels", "gateways"},
		[]string{"scheme", "metrics_path", "params", "honor_labels", "honor_timestamps", "follow_redirects"},
		[]string{"enable_compression", "scrape_protocols", "fallback_scrape_protocol"}, settingNames, httpNames),
	blocks: slices.Concat([]*blockSchema{
		&staticConfigSchema, &fileSDSchema, &httpSDSchema, &dnsSDSchema, &relabelSchema, &metricRelabelSchema,
	}, httpBlocks),
}

var staticConfigSchema = blockSchema{
	kind:       "static_config",
	required:   []string{"targets"},
	attributes: []string{"labels"},
}

var fileSDSchema = blockSchema{
	kind:       "file_sd_config",
	required:   []string{"files"},
	attributes: []string{"refresh_interval"},
}

var httpSDSchema = blockSchema{
	kind:       "http_sd_config",
	required:   []string{"url"},
	attributes: append([]string{"refresh_interval", "follow_redirects"}, httpNames...),
	blocks:     httpBlocks,
}

var dnsSDSchema = blockSchema{
	kind:       "dns_sd_config",
	required:   []string{"names"},
	attributes: []string{"type", "port", "refresh_interval"},
}

// Rules for targets, for their series, and for what a receiver gets of those.
var (
	relabelSchema       = blockSchema{kind: "relabel_config", attributes: ruleNames}
	metricRelabelSchema = blockSchema{kind: "metric_relabel_config", attributes: ruleNames}
	writeRelabelSchema  = blockSchema{kind: "write_relabel_config", attributes: ruleNames}
)

var ruleNames = []string{"source_labels", "separator", "regex", "modulus", "target_label", "replacement", "action"}

// builtinSchema is for the header alone: what may stand in the block depends on
// its label.
var builtinSchema = blockSchema{
	kind:  "builtin",
	label: "name",
}

var networkSchema = blockSchema{
	kind:  "builtin",
	label: "name",
	attributes: slices.Concat(builtinNames,
		[]string{"device_include", "device_exclude", "require_address"}),
}

var selfSchema = blockSchema{
	kind:       "builtin",
	label:      "name",
	attributes: builtinNames,
}

// httpNames and httpBlocks are what section.httpClient reads.
var (
	httpNames  = append([]string{"enable_http2"}, proxyNames...)
	httpBlocks = []*blockSchema{
		&basicAuthSchema, &authorizationSchema, &oauth2Schema,
		&tlsConfigSchema, &proxyConnectHeaderSchema, &httpHeaderSchema,
	}
)

var proxyNames = []string{"proxy_url", "no_proxy", "proxy_from_environment"}

var basicAuthSchema = blockSchema{
	kind:       "basic_auth",
	once:       true,
	secret:     true,
	attributes: []string{"username", "username_file", "password", "password_file"},
}

var authorizationSchema = blockSchema{
	kind:       "authorization",
	once:       true,
	secret:     true,
	attributes: []string{"type", "credentials", "credentials_file"},
}

var oauth2Schema = blockSchema{
	kind:     "oauth2",
	once:     true,
	secret:   true,
	required: []string{"client_id", "token_url"},
	attributes: slices.Concat(
		[]string{"client_secret", "client_secret_file", "scopes", "endpoint_params"}, proxyNames),
	blocks: []*blockSchema{&tlsConfigSchema, &proxyConnectHeaderSchema},
}

var tlsConfigSchema = blockSchema{
	kind:   "tls_config",
	once:   true,
	secret: true,
	attributes: []string{
		"ca", "ca_file", "cert", "cert_file", "key", "key_file",
		"server_name", "insecure_skip_verify", "min_version", "max_version",
	},
}

// proxyConnectHeaderSchema has no files: package config has none there.
var proxyConnectHeaderSchema = blockSchema{
	kind:       "proxy_connect_header",
	label:      "name",
	secret:     true,
	attributes: []string{"values"},
}

var httpHeaderSchema = blockSchema{
	kind:       "http_header",
	label:      "name",
	secret:     true,
	attributes: []string{"values", "files"},
}

// settingNames are the attributes of global that a job may override.
var settingNames = []string{
	"scrape_interval", "scrape_timeout", "body_size_limit", "sample_limit", "label_limit",
	"label_name_length_limit", "label_value_length_limit", "target_limit", "group_limit",
	"on_scrape_failure", "on_shutdown",
}

var builtinNames = []string{"job", "instance", "labels", "gateways", "scrape_interval", "on_shutdown"}
