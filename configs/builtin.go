package configs

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/promferry/promferry/convert"
)

// decodeBuiltin reads a builtin; it is not ok if there is none of that name.
func (d *decoder) decodeBuiltin(block *hclsyntax.Block, name named) (job Job, ok bool) {
	switch name.value {
	case BuiltinNetwork:
		s := d.section(&networkSchema, block)
		job = s.builtin(name, defaultNetworkJob)
		job.Network = s.network()
		return job, true
	case BuiltinSelf:
		s := d.section(&selfSchema, block)
		return s.builtin(name, defaultSelfJob), true
	}
	d.checkHeader(&builtinSchema, block)
	if name.value != "" {
		known := []string{BuiltinNetwork, BuiltinSelf}
		d.errorf(name.at, "Unknown builtin name", "There is no builtin %q; write %s.%s", name.value, alternatives(known), didYouMean(name.value, known))
	}
	return Job{}, false
}

// builtin reads what both have. The limits of a scrape do not bind them.
func (s *section) builtin(name named, job string) Job {
	set := s.global.settings
	set.interval, set.intervalUnknown = s.interval(set)
	labels := s.builtinLabels(job)
	target := s.builtinTarget(labels)
	target.ScrapeInterval, target.ScrapeTimeout = set.interval, min(set.timeout, set.interval)
	of := Job{
		Name:              labels[jobLabel].value,
		Builtin:           name.value,
		Targets:           []Target{target},
		Gateways:          s.destinationNames(),
		ScrapeInterval:    target.ScrapeInterval,
		ScrapeTimeout:     target.ScrapeTimeout,
		EnableCompression: true,
		OnScrapeFailure:   set.onScrapeFailure,
		OnShutdown:        s.choice("on_shutdown", set.onShutdown, MarkDown, Delete, Keep),
	}
	if !name.twice {
		s.claim(placed{target, s.block.DefRange()}, of.Gateways)
	}
	return of
}

func (s *section) builtinLabels(job string) layer {
	of := s.labels()
	if t, ok := s.text("job"); ok {
		s.set(of, jobLabel, t)
	}
	if _, ok := of[jobLabel]; !ok {
		of[jobLabel] = text{job, s.block.DefRange()}
	}
	s.setInstance(of)
	return of
}

func (s *section) builtinTarget(labels layer) Target {
	values := merged(s.global.labels, labels)
	target := Target{Discovered: convert.LabelsOf(values)}
	if values[instanceLabel] == "" {
		values[instanceLabel] = s.thisHost(s.block.DefRange())
	}
	target.Labels = convert.LabelsOf(values)
	return target
}

func (s *section) network() Network {
	s.exclusive("device_include", "device_exclude")
	n := Network{
		DeviceInclude:  s.expression("device_include"),
		DeviceExclude:  s.expression("device_exclude"),
		RequireAddress: s.choice("require_address", defaultRequireAddress, AddressAny, AddressIPv4, AddressNone),
	}
	if n.DeviceInclude == nil && n.DeviceExclude == nil {
		n.DeviceExclude = anchored(defaultDeviceExclude)
	}
	return n
}
