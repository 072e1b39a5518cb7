package discovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

const (
	dnsNameLabel      = model.MetaLabelPrefix + "dns_name"
	dnsSRVTargetLabel = model.MetaLabelPrefix + "dns_srv_record_target"
	dnsSRVPortLabel   = model.MetaLabelPrefix + "dns_srv_record_port"
)

// The record types that are understood. Prometheus knows MX and NS too, which
// no exporter listens at.
const (
	TypeA    = "A"
	TypeAAAA = "AAAA"
	TypeSRV  = "SRV"
)

// DNS finds targets in records (dns_sd). Names is required, and Port unless
// Type is TypeSRV.
//
// The resolver is Go's, which also reads /etc/hosts; that of Prometheus does
// not.
type DNS struct {
	Names []string // each once
	Type  string   // "" means TypeSRV, as in Prometheus
	Port  int      // SRV records have their own
	// Timeout is for all names, which are asked for at once; 0 means
	// defaultDNSTimeout.
	Timeout time.Duration
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // to a server; nil means net's
}

// defaultDNSTimeout is two tries of the resolver at a server, and some.
const defaultDNSTimeout = 15 * time.Second

// Discover asks for all names. One that does not exist, or has no such record,
// has no targets; one that no server knows about now has an error.
func (d *DNS) Discover(ctx context.Context) []Answer {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(d.Timeout, defaultDNSTimeout))
	defer cancel()
	answers := make([]Answer, len(d.Names))
	var asking sync.WaitGroup
	for i, name := range d.Names {
		asking.Go(func() { answers[i] = d.ask(ctx, name) })
	}
	asking.Wait()
	return answers
}

func (d *DNS) ask(ctx context.Context, name string) Answer {
	targets, err := d.lookUp(ctx, name)
	if err != nil {
		return unknown(name, err)
	}
	for _, target := range targets {
		target[dnsNameLabel] = model.LabelValue(name)
	}
	slices.SortFunc(targets, func(a, b model.LabelSet) int {
		return cmp.Compare(a[model.AddressLabel], b[model.AddressLabel])
	})
	targets = slices.CompactFunc(targets, model.LabelSet.Equal)
	return Answer{From: name, Groups: []*targetgroup.Group{{Source: name, Targets: targets}}}
}

// lookUp believes that there is no such name only where no server and no search
// domain has failed. Where one has, others may still know it.
func (d *DNS) lookUp(ctx context.Context, name string) (targets []model.LabelSet, err error) {
	defer contain(&err)
	resolver := &net.Resolver{PreferGo: true, Dial: d.dial}
	targets, err = d.records(ctx, resolver, name)
	if isNotFound(err) {
		resolver.StrictErrors = true
		targets, err = d.records(ctx, resolver, name)
	}
	if isNotFound(err) {
		return nil, nil
	}
	return targets, err
}

// dial has a question end with its context, which the resolver only asks for a
// deadline.
func (d *DNS) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dial := d.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, network, address)
	if err == nil {
		context.AfterFunc(ctx, func() { conn.Close() })
	}
	return conn, err
}

func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func (d *DNS) records(ctx context.Context, resolver *net.Resolver, name string) ([]model.LabelSet, error) {
	switch d.Type {
	case TypeA:
		return d.addresses(ctx, resolver, "ip4", name)
	case TypeAAAA:
		return d.addresses(ctx, resolver, "ip6", name)
	case "", TypeSRV:
		return services(ctx, resolver, name)
	}
	return nil, fmt.Errorf("type %q is none of A, AAAA, SRV", d.Type)
}

func (d *DNS) addresses(ctx context.Context, resolver *net.Resolver, network, name string) ([]model.LabelSet, error) {
	addrs, err := resolver.LookupNetIP(ctx, network, name)
	if err != nil {
		return nil, err
	}
	var targets []model.LabelSet
	for _, addr := range addrs {
		targets = append(targets, model.LabelSet{
			model.AddressLabel: hostPort(addr.Unmap().String(), d.Port),
		})
	}
	return targets, nil
}

// services leaves out a target of ".", which says that there is no service
// (RFC 2782). Records with an invalid name are an error, but not of the others.
func services(ctx context.Context, resolver *net.Resolver, name string) ([]model.LabelSet, error) {
	_, records, err := resolver.LookupSRV(ctx, "", "", name)
	if err != nil && len(records) == 0 {
		return nil, err
	}
	var targets []model.LabelSet
	for _, record := range records {
		host := strings.TrimRight(record.Target, ".")
		if host == "" {
			continue
		}
		targets = append(targets, model.LabelSet{
			model.AddressLabel: hostPort(host, int(record.Port)),
			dnsSRVTargetLabel:  model.LabelValue(record.Target),
			dnsSRVPortLabel:    model.LabelValue(strconv.Itoa(int(record.Port))),
		})
	}
	return targets, nil
}

func hostPort(host string, port int) model.LabelValue {
	return model.LabelValue(net.JoinHostPort(host, strconv.Itoa(port)))
}
