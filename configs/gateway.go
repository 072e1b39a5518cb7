package configs

import (
	"net/url"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
)

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
	g.MinBackoff, g.MaxBackoff = s.retry()
	g.Loopback = !slices.ContainsFunc(g.URLs, func(u *url.URL) bool { return !isLoopback(u.Hostname()) })
	if hasCredentials(g.HTTP) && slices.ContainsFunc(g.URLs, isPlain) {
		d.warnPlain(s.at(s.urlAttribute()))
	}
	return g
}

// retry reads the retry block.
func (s *section) retry() (least, most time.Duration) {
	least, most = defaultMinBackoff, defaultMaxBackoff
	for _, retry := range s.sections(&retrySchema) {
		least, most = retry.backoffs(defaultMinBackoff, defaultMaxBackoff)
	}
	return least, most
}

// backoffs reads the waits between tries; a longest one that is not set is
// raised with the first.
func (s *section) backoffs(defaultLeast, defaultMost time.Duration) (least, most time.Duration) {
	least = s.duration("min_backoff", defaultLeast)
	most = s.duration("max_backoff", max(defaultMost, least))
	if most < least && !s.bad["min_backoff"] && !s.bad["max_backoff"] {
		s.refuse("max_backoff", s.at("max_backoff"), "Longest wait below the first",
			"min_backoff is %s, and the waits grow from it to max_backoff. Raise max_backoff or lower min_backoff.", model.Duration(least))
	}
	return least, most
}
