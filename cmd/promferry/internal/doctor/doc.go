// Package doctor walks the chain that metrics take, from each target to each
// gateway, and says in plain words what is wrong and what to do. What comes in
// are the targets and gateways as they would run; what comes out is a [Report].
//
// It only reads: nothing is pushed, deleted or changed. Each target is scraped
// once. A gateway is asked for its status, and once each for its /metrics and its
// groups, after all targets: what would clash is known then.
package doctor
