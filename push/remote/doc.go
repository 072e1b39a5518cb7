// Package remote delivers scrapes to receivers of remote_write 1.0
// (https://prometheus.io/docs/specs/prw/remote_write_spec/). What comes in are
// the series of a scrape, encoded by package convert; what goes out are
// requests.
package remote
