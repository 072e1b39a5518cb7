// Package convert turns an exposition into groups of metric families that a
// Pushgateway gives back to Prometheus as a direct scrape of the target would
// have stored them.
//
// What comes in is an exposition (text 0.0.4 and 1.0.0, OpenMetrics 0.0.1 and
// 1.0.0, delimited protobuf), the labels of its target, and rules. What goes out
// are bodies, as text or protobuf, group by group, to the outputs of a [Batch],
// and [Stats] that name each thing that a gateway cannot carry.
//
// The same exposition may go to [Stores], which take series by remote_write: each
// sample with all of its labels and its time, and markers for the series that are
// gone. The files whose names begin with store have that.
//
// The oracle for what is accepted is Prometheus (model/textparse and the
// scrape loop of prometheus/prometheus). These differences are deliberate:
//
//   - Blanks before a metric's name are not part of it; Prometheus 3 stores
//     them, as it takes any UTF-8 for a name.
//   - A NUL where a line begins is an error; Prometheus takes it for the end
//     of the body and forgets what follows.
//   - A label name that stands twice is an error also where one value is
//     empty; Prometheus then loses both, as we do where there are rules.
//   - Labels of 16MB are an error where there are rules; Prometheus panics.
//   - A last line without a line break is an error where the transport could
//     not have told a cut-off body from a whole one ([Input.Unframed]).
//   - A protobuf message is an error where the protobuf library says so;
//     Prometheus's own decoder lets some pass, with field numbers out of range
//     for one. A family is decoded whole: where it is broken, none of its
//     samples are counted.
//   - A histogram's buckets are told apart by number: of le="1" and le="1.0"
//     the first wins, as in Prometheus 3, whatever stands between them.
package convert
