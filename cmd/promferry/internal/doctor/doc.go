// Package doctor walks the chain that metrics take, from each target to each
// gateway and each receiver of remote_write, and says in plain words what is wrong
// and what to do. What comes in are the targets, gateways and receivers as they
// would run; what comes out is a [Report].
//
// It only reads: nothing is pushed, deleted or changed. Each target is scraped
// once. A gateway is asked for its status, and once each for its /metrics and its
// groups, after all targets: what would clash is known then. A receiver gets one
// request without samples. A spool's directory is looked at, and neither made nor
// written.
package doctor
