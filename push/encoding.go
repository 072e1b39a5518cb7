package push

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/transport"
)

// An Encoding says in which format a gateway gets its bodies. The zero value is
// EncodingText.
type Encoding string

// The encodings. EncodingAuto asks the gateway for its version.
const (
	EncodingAuto     Encoding = "auto"
	EncodingText     Encoding = "text"
	EncodingProtobuf Encoding = "protobuf"
)

// A Compression says how bodies are packed. The zero value is CompressionNone.
type Compression string

// The compressions, as Content-Encoding has them (contract C47).
// CompressionAuto asks the gateway for its version.
const (
	CompressionAuto   Compression = "auto"
	CompressionNone   Compression = "none"
	CompressionGzip   Compression = "gzip"
	CompressionSnappy Compression = "snappy" // framed
)

// A profile is how a body is encoded. Gateways with the same share bodies.
type profile struct {
	format      convert.Format
	compression Compression
	utf8        bool // names may be UTF-8; only in protobuf
}

// plainText is what every gateway takes, and look-alikes, too (contract V1).
var plainText = profile{format: convert.Text, compression: CompressionNone}

// asks tells whether the profile depends on what the gateway says. Where it does
// not, as both are set, nothing is known of UTF-8 names either.
func (g *Gateway) asks() bool {
	return g.Encoding == EncodingAuto || g.Compression == CompressionAuto
}

// profile returns how the gateway's next bodies are encoded.
func (g *Gateway) profile() profile {
	known := g.reception.facts()
	format := g.format(known.version)
	return profile{format, g.compression(known, format), known.utf8 && format == convert.Protobuf}
}

// format is protobuf where the gateway is known to read it well: it is half of
// the gateway's work, and a cut body never passes for a whole one (contract
// C46, C49). What is no Pushgateway may lose it with an answer of success (V1).
func (g *Gateway) format(v version) convert.Format {
	if g.Encoding == EncodingProtobuf || g.Encoding == EncodingAuto && v.protobuf() {
		return convert.Protobuf
	}
	return convert.Text
}

// compression is none where it costs more than it saves, or may be refused or,
// as text in gzip before 1.6.0, be stored cut off (contract C46, C47).
func (g *Gateway) compression(known facts, format convert.Format) Compression {
	cutsGzip := format == convert.Text && known.version.known() && !known.version.from(1, 6)
	switch {
	case g.Compression == "", known.plainOnly, g.asks() && !known.answered:
		return CompressionNone
	case g.Compression != CompressionAuto:
		if g.Compression == CompressionGzip && cutsGzip {
			return CompressionNone
		}
		return g.Compression
	case transport.IsLoopback(g.URL.Hostname()):
		return CompressionNone
	case known.version.from(1, 6):
		return CompressionSnappy
	case known.version.from(1, 5) && !cutsGzip:
		return CompressionGzip
	}
	return CompressionNone
}

// A version is a Pushgateway's, without the patch. The zero value is unknown.
type version struct{ major, minor int }

// parseVersion reads what a gateway says of itself: "1.11.3", or "" or "devel"
// where it was built by hand.
func parseVersion(text string) (v version) {
	major, rest, _ := strings.Cut(strings.TrimPrefix(text, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	var errs [2]error
	v.major, errs[0] = strconv.Atoi(major)
	v.minor, errs[1] = strconv.Atoi(minor)
	if errs[0] != nil || errs[1] != nil || v.major < 0 || v.minor < 0 {
		return version{}
	}
	return v
}

func (v version) String() string {
	if !v.known() {
		return "unknown"
	}
	return fmt.Sprintf("%d.%d", v.major, v.minor)
}

func (v version) known() bool { return v != version{} }

func (v version) from(major, minor int) bool {
	return v.major > major || v.major == major && v.minor >= minor
}

// protobuf tells the versions that are known to read it well: the changelog of
// 1.8.0 speaks of an error with several families before it; 1.5 was tried.
func (v version) protobuf() bool {
	return v == version{1, 5} || v.from(1, 8)
}
