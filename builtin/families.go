package builtin

import (
	"strings"

	dto "github.com/prometheus/client_model/go"
	psnet "github.com/shirou/gopsutil/v3/net"
)

// families returns the metrics of devices, which later read.
func families(earlier, later *reading, devices []device) []*dto.MetricFamily {
	all := trafficFamilies(earlier, later, devices)
	all = append(all, counterFamilies(devices)...)
	return append(all, stateFamilies(devices)...)
}

// trafficFamilies have the names and labels that the README promises; a device
// of which no rate can be told is left out.
func trafficFamilies(earlier, later *reading, devices []device) []*dto.MetricFamily {
	in := gauge("network_traffic_input", "Bytes a second that the adapter received since the last cycle.")
	out := gauge("network_traffic_output", "Bytes a second that the adapter sent since the last cycle.")
	for _, d := range devices {
		t, ok := later.traffic(earlier, d.Name)
		if !ok {
			continue
		}
		labels := []string{"adapter_name", d.Name, "ip", d.ip(), "unit", "Byte"}
		add(in, t.input, labels...)
		add(out, t.output, labels...)
	}
	return []*dto.MetricFamily{in, out}
}

func counterFamilies(devices []device) []*dto.MetricFamily {
	each := func(name, help string, value func(psnet.IOCountersStat) uint64) *dto.MetricFamily {
		f := counter(name, help)
		for _, d := range devices {
			add(f, float64(value(d.IOCountersStat)), "device", d.Name)
		}
		return f
	}
	type stat = psnet.IOCountersStat
	return []*dto.MetricFamily{
		each("network_receive_bytes_total", "Bytes received.", func(c stat) uint64 { return c.BytesRecv }),
		each("network_transmit_bytes_total", "Bytes sent.", func(c stat) uint64 { return c.BytesSent }),
		each("network_receive_packets_total", "Packets received.", func(c stat) uint64 { return c.PacketsRecv }),
		each("network_transmit_packets_total", "Packets sent.", func(c stat) uint64 { return c.PacketsSent }),
		each("network_receive_errors_total", "Errors while receiving.", func(c stat) uint64 { return c.Errin }),
		each("network_transmit_errors_total", "Errors while sending.", func(c stat) uint64 { return c.Errout }),
		each("network_receive_drops_total", "Incoming packets dropped.", func(c stat) uint64 { return c.Dropin }),
		each("network_transmit_drops_total", "Outgoing packets dropped.", func(c stat) uint64 { return c.Dropout }),
	}
}

// stateFamilies leave out a device of which only the counters are known.
func stateFamilies(devices []device) []*dto.MetricFamily {
	info := gauge("network_address_info", "1 for each address of the device.")
	up := gauge("network_up", "1 if the device is switched on and has a carrier, else 0.")
	mtu := gauge("network_mtu_bytes", "Largest packet that the device sends.")
	for _, d := range devices {
		if d.index == 0 {
			continue
		}
		for _, ip := range d.addresses {
			add(info, 1, "address", ip.String(), "device", d.Name, "family", family(ip))
		}
		add(up, zeroOrOne(d.up), "device", d.Name)
		add(mtu, float64(d.mtu), "device", d.Name)
	}
	return []*dto.MetricFamily{info, up, mtu}
}

func gauge(name, help string) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum()}
}

func counter(name, help string) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_COUNTER.Enum()}
}

// add adds one series to f, a gauge or a counter. A label without a value is
// left out, which is the same to Prometheus.
func add(f *dto.MetricFamily, value float64, namesAndValues ...string) {
	m := &dto.Metric{Label: labelPairs(namesAndValues)}
	if f.GetType() == dto.MetricType_COUNTER {
		m.Counter = &dto.Counter{Value: &value}
	} else {
		m.Gauge = &dto.Gauge{Value: &value}
	}
	f.Metric = append(f.Metric, m)
}

// labelPairs repairs values that are not UTF-8: Linux takes nearly any bytes
// for a device's name, the text format does not.
func labelPairs(namesAndValues []string) []*dto.LabelPair {
	var pairs []*dto.LabelPair
	for i := 0; i < len(namesAndValues); i += 2 {
		name, value := namesAndValues[i], strings.ToValidUTF8(namesAndValues[i+1], "\uFFFD")
		if value != "" {
			pairs = append(pairs, &dto.LabelPair{Name: &name, Value: &value})
		}
	}
	return pairs
}

func zeroOrOne(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
