// Package oracle has the two ends of a relay under test: targets and gateways
// that go wrong in every way, and an oracle that knows what each target served
// and judges what each gateway stored.
//
// A target counts its own scrapes and serves a checksum over the rest of its
// body. So the oracle sees from a stored body alone whether it is one whole
// scrape and which. What it finds wrong is a [Violation]; without any, these
// hold: no part of a scrape was stored, nor two in one, nor an empty body; no
// group went back to an older scrape; a group had one writer at a time, and a
// gateway no more requests at once than it was to have.
package oracle
