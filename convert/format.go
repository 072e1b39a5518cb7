package convert

// A Format is how a body for a gateway is encoded.
type Format string

// The formats that a Pushgateway reads (contract C42).
const (
	Text     Format = "text"     // the text format 0.0.4
	Protobuf Format = "protobuf" // delimited io.prometheus.client.MetricFamily messages
)

// MediaType is the Content-Type of such a body. The protobuf one must be this,
// or a gateway takes the body for text (contract C42).
func (f Format) MediaType() string {
	if f == Protobuf {
		return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
	}
	return "text/plain; version=0.0.4; charset=utf-8"
}

// AppendFamily appends a family, which has series, and returns the longer slice.
func (f Format) AppendFamily(dst []byte, family *Family) []byte {
	if f == Protobuf {
		return appendProtobuf(dst, family)
	}
	return appendText(dst, family)
}
