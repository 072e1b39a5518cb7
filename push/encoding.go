package push

import (
	"github.com/promferry/promferry/convert"
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
}

// plainText is what every gateway takes, and look-alikes, too (contract V1).
var plainText = profile{convert.Text, CompressionNone}
