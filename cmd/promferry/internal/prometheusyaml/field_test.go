package prometheusyaml

import (
	"slices"
	"strings"
	"testing"
)

// TestEachFieldIsKnown has the fields of Prometheus v0.315.0 (3.15), as its
// config.go and common's http_config.go name them: each is translated, or said
// to have no equivalent.
func TestEachFieldIsKnown(t *testing.T) {
	check := func(what, fields string, known func(name string) bool) {
		t.Helper()
		for name := range strings.FieldsSeq(fields) {
			if !known(name) {
				t.Errorf("%s: field %s is not known", what, name)
			}
		}
	}
	in := func(all ...map[string]handler) func(string) bool {
		return func(name string) bool {
			return slices.ContainsFunc(all, func(of map[string]handler) bool { return of[name] != nil })
		}
	}
	http := `basic_auth authorization oauth2 bearer_token bearer_token_file tls_config follow_redirects enable_http2
		proxy_url no_proxy proxy_from_environment proxy_connect_header http_headers`

	check("scrape_configs", http+` job_name honor_labels honor_timestamps track_timestamps_staleness params
		scrape_interval scrape_timeout scrape_protocols fallback_scrape_protocol scrape_native_histograms
		always_scrape_classic_histograms convert_classic_histograms_to_nhcb scrape_failure_log_file metrics_path
		scheme enable_compression body_size_limit sample_limit target_limit label_limit label_name_length_limit
		label_value_length_limit native_histogram_bucket_limit native_histogram_min_bucket_factor
		keep_dropped_targets metric_name_validation_scheme metric_name_escaping_scheme extra_scrape_metrics
		relabel_configs metric_relabel_configs static_configs file_sd_configs http_sd_configs dns_sd_configs`,
		func(name string) bool { return jobFields[name] != nil || in(scrapeFields, httpFields)(name) })
	check("global", `scrape_interval scrape_timeout scrape_protocols evaluation_interval rule_query_offset
		query_log_file scrape_failure_log_file external_labels body_size_limit sample_limit target_limit label_limit
		label_name_length_limit label_value_length_limit keep_dropped_targets metric_name_validation_scheme
		metric_name_escaping_scheme scrape_native_histograms convert_classic_histograms_to_nhcb
		always_scrape_classic_histograms extra_scrape_metrics`, in(globalFields))
	check("the file", `runtime alerting storage tracing remote_write remote_read otlp`,
		func(name string) bool { return sections[name] != "" })
	check("remote_write", http+` url remote_timeout headers write_relabel_configs name send_exemplars
		send_native_histograms round_robin_dns protobuf_message failed_request_logging queue_config metadata_config
		sigv4 azuread google_iam`, in(storeFields, httpFields))
	check("queue_config", `capacity max_shards min_shards max_samples_per_send batch_send_deadline min_backoff
		max_backoff retry_on_http_429 sample_age_limit`, in(queueFields))
	check("relabel_configs", `source_labels separator regex modulus target_label replacement action`, in(ruleFields))
	check("basic_auth", `username username_file username_ref password password_file password_ref`, in(basicAuthFields))
	check("authorization", `type credentials credentials_file credentials_ref`, in(authorizationFields))
	check("oauth2", `client_id client_secret client_secret_file client_secret_ref client_certificate_key_id
		client_certificate_key client_certificate_key_file client_certificate_key_ref grant_type signature_algorithm iss
		audience claims scopes token_url endpoint_params tls_config proxy_url no_proxy proxy_from_environment
		proxy_connect_header`, in(oauth2Fields))
	check("tls_config", `ca cert key ca_file cert_file key_file ca_ref cert_ref key_ref server_name
		insecure_skip_verify min_version max_version`, in(tlsFields))
	check("file_sd_configs", `files refresh_interval`, in(fileSDFields))
	check("dns_sd_configs", `names refresh_interval type port`, in(dnsSDFields))
}

func TestParseSize(t *testing.T) {
	check := func(in string, want int64) {
		t.Helper()
		if got, ok := parseSize(in); !ok || got != want {
			t.Errorf("%s: got %d, %t; want %d", in, got, ok, want)
		}
	}
	check("0", 0)
	check("17B", 17)
	check("1KB", 1<<10)
	check("1KiB", 1<<10)
	check("32MB", 32<<20)
	check("1.5GiB", 3<<29)
	check("1GB512MB", 3<<29)
	for _, in := range []string{"", "17", "1K", "-1B", "1 MB", "1kB", "B", "99999999EB"} {
		if got, ok := parseSize(in); ok {
			t.Errorf("%q: got %d, want none", in, got)
		}
	}
}
