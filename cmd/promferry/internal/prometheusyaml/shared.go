package prometheusyaml

import "maps"

// withShared adds the fields that stand in a scrape_config, and in global as the
// default of all of them.
func withShared(own map[string]handler) map[string]handler {
	all := map[string]handler{
		"body_size_limit":          size,
		"sample_limit":             number,
		"label_limit":              number,
		"label_name_length_limit":  number,
		"label_value_length_limit": number,
		"target_limit":             number,

		"always_scrape_classic_histograms":   without(atTheGateway),
		"convert_classic_histograms_to_nhcb": without(atTheGateway),
		"metric_name_validation_scheme":      without(atTheGateway),
		"metric_name_escaping_scheme":        without("promferry takes names as the target writes them, and escapes what the gateway does not take"),
		"keep_dropped_targets":               without("`promferry targets` shows all dropped targets"),
		"scrape_failure_log_file":            without("promferry's own log says which scrapes fail"),
		"extra_scrape_metrics":               without("promferry pushes the usual report series only"),
	}
	maps.Copy(all, own)
	return all
}

const atTheGateway = "write it in Prometheus, into the job that scrapes the gateway"
