// Package push delivers the groups of scrapes to Pushgateways. What comes in
// are families, group by group, through a batch of [Gateways]; what goes out
// are PUT, POST and DELETE requests. After a push that a gateway refuses for
// the type of a family its types are read, and the family goes out with the
// type that is there, or is left out: the rest must not wait for it. Where that
// does not help, the families that are refused are found by halving. A gateway
// that answers without a check is looked at once, and one that adds pushes up
// gets no more of them.
//
// A gateway may be asked for its version, once and again after errors: then it
// gets protobuf, and compressed bodies, where it takes them. A batch encodes once
// for all gateways that take the same. The bodies are in chunks of one pool,
// [Buffers], and counted references say when nobody reads them any more.
//
// Each group has one slot at each gateway, which holds its newest body: a
// gateway keeps only the newest value, so nothing is queued, and a body that
// still waits gives way to the next one. A gateway has its own bound of
// requests under way; one that is slow or dead delays no other. All bodies
// that wait share one [Budget].
//
// What nobody took waits in its slot for another try, unless a newer body takes
// its place: a slot has a moment from which it may send, and workers take from a
// queue in the order of these. A gateway that fails again and again has an open
// circuit: one request at a time, as a probe, and batches encode nothing for it
// but that.
package push
