package configs

import (
	"net/url"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
)

func (d *decoder) decodeGateways(blocks hclsyntax.Blocks) []Gateway {
	var gateways []Gateway
	names := map[string]text{}
	for _, block := range blocks {
		name := d.nameOf(block, names)
		if !name.twice {
			d.gateways = append(d.gateways, name.text)
		}
		gateways = append(gateways, d.decodeGateway(block, name))
	}
	return gateways
}

func (d *decoder) decodeGateway(block *hclsyntax.Block, name named) Gateway {
	s := d.section(&gatewaySchema, block)
	g := Gateway{
		Name:                name.value,
		URLs:                s.gatewayURLs(),
		Encoding:            s.choice("encoding", defaultEncoding, EncodingAuto, EncodingProtobuf, EncodingText),
		Compression:         s.choice("compression", defaultCompression, CompressionAuto, CompressionNone, CompressionGzip, CompressionSnappy),
		Timeout:             s.duration("timeout", defaultGatewayTimeout),
		MaxConcurrentPushes: s.integer("max_concurrent_pushes", defaultMaxConcurrentPushes, 1),
		HTTP:                s.httpClient(),
	}
	g.MinBackoff, g.MaxBackoff = s.backoffs()
	g.Loopback = !slices.ContainsFunc(g.URLs, func(u *url.URL) bool { return !isLoopback(u.Hostname()) })
	if hasCredentials(g.HTTP) && slices.ContainsFunc(g.URLs, isPlain) {
		d.warnPlain(s.at(s.urlAttribute()))
	}
	return g
}

// backoffs reads the retry block.
func (s *section) backoffs() (least, most time.Duration) {
	least, most = defaultMinBackoff, defaultMaxBackoff
	for _, retry := range s.sections(&retrySchema) {
		least = retry.duration("min_backoff", defaultMinBackoff)
		most = retry.duration("max_backoff", max(defaultMaxBackoff, least))
		if most < least && !retry.bad["min_backoff"] && !retry.bad["max_backoff"] {
			retry.refuse("max_backoff", retry.at("max_backoff"), "Longest wait below the first",
				"min_backoff is %s, and the waits grow from it to max_backoff. Raise max_backoff or lower min_backoff.", model.Duration(least))
		}
	}
	return least, most
}
