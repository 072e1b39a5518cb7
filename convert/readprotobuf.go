package convert

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// readFamilies reads delimited protobuf, one family after the other.
func (r *run) readFamilies() error {
	for {
		message, err := r.window.message()
		if err == io.EOF {
			return r.finish()
		}
		if err == nil {
			err = r.takeFamily(message)
		}
		if err != nil {
			return r.located(err)
		}
		r.window.pos += len(message)
	}
}

// message returns the next message, whole, at the window's pos. No more is
// allocated than arrives, whatever the length before it says.
func (w *window) message() ([]byte, error) {
	if err := w.need(binary.MaxVarintLen32); err != nil {
		return nil, err
	}
	if w.pos == w.end {
		return nil, io.EOF
	}
	size, n := binary.Uvarint(w.buf[w.pos:w.end])
	if n <= 0 || n > binary.MaxVarintLen32 || size > math.MaxInt32 {
		return nil, &SyntaxError{Message: "want the length of a message"}
	}
	w.pos += n
	if err := w.need(int(size)); err != nil {
		return nil, err
	}
	if left := w.end - w.pos; left < int(size) {
		return nil, &SyntaxError{Message: fmt.Sprintf("the body ends within a message: %d bytes of %d", left, size)}
	}
	return w.buf[w.pos : w.pos+int(size)], nil
}

// need moves the window to pos and reads until it has n bytes, or to the end
// of the body.
func (w *window) need(n int) error {
	if w.end-w.pos >= n {
		return nil
	}
	copy(w.buf, w.buf[w.pos:w.end])
	w.before += int64(w.pos)
	w.end -= w.pos
	w.pos = 0
	for !w.eof && w.end < n {
		if err := w.fill(); err != nil {
			return err
		}
	}
	return nil
}

// takeFamily takes a MetricFamily message. Its metrics become lines, as
// Prometheus makes series of them.
func (r *run) takeFamily(message []byte) error {
	f := new(dto.MetricFamily)
	if err := proto.Unmarshal(message, f); err != nil {
		return &SyntaxError{Message: errNotProtobuf + ": " + err.Error()}
	}
	name := f.GetName()
	switch {
	case otherWireType(f.ProtoReflect()):
		return familyError(name, "a field has another type than it must have")
	case len(f.Metric) == 0:
		return nil
	case !model.UTF8Validation.IsValidMetricName(name):
		return familyError(name, "the name must be UTF-8 and not empty")
	case !utf8.ValidString(f.GetHelp()):
		return familyError(name, "the help text is not UTF-8")
	case protobufKinds[f.GetType()] == kindNone:
		return familyError(name, "type %d is not a metric type", f.GetType())
	}
	r.declare(f)
	for _, m := range f.Metric {
		if err := r.takeMetric(f, m); err != nil {
			return err
		}
	}
	return nil
}

const errNotProtobuf = "not a protobuf message"

func familyError(family, format string, args ...any) error {
	return &SyntaxError{Message: fmt.Sprintf("family %.50q: ", family) + fmt.Sprintf(format, args...)}
}

// otherWireType tells whether a known field of a message came in another wire
// type. The library takes such for unknown, Prometheus for an error.
func otherWireType(m protoreflect.Message) (found bool) {
	known := m.Descriptor().Fields()
	for unknown := m.GetUnknown(); len(unknown) > 0; {
		number, _, n := protowire.ConsumeField(unknown)
		if n < 0 || known.ByNumber(number) != nil {
			return true
		}
		unknown = unknown[n:]
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil:
		case !f.IsList():
			found = otherWireType(v.Message())
		default:
			for i := 0; i < v.List().Len() && !found; i++ {
				found = otherWireType(v.List().Get(i).Message())
			}
		}
		return !found
	})
	return found
}

// protobufKinds are those of the types that Prometheus knows.
var protobufKinds = map[dto.MetricType]kind{
	dto.MetricType_COUNTER:         kindCounter,
	dto.MetricType_GAUGE:           kindGauge,
	dto.MetricType_SUMMARY:         kindSummary,
	dto.MetricType_UNTYPED:         kindUntyped,
	dto.MetricType_HISTOGRAM:       kindHistogram,
	dto.MetricType_GAUGE_HISTOGRAM: kindGaugeHistogram,
}

// declare notes what a family says of itself. A gauge histogram goes out as the
// gauges that its lines are: a Pushgateway breaks on one (contract C43).
func (r *run) declare(f *dto.MetricFamily) {
	names, k := []string{f.GetName()}, protobufKinds[f.GetType()]
	if k == kindGaugeHistogram {
		names, k = []string{names[0] + "_bucket", names[0] + "_sum", names[0] + "_count"}, kindGauge
	}
	for _, name := range names {
		i := r.names.add([]byte(name))
		r.setHelp(i, []byte(f.GetHelp()))
		r.setKind(i, k)
	}
	if f.GetType() == dto.MetricType_GAUGE_HISTOGRAM {
		r.setNumeric(kindHistogram)
	}
}
