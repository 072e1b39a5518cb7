// Package relay runs the cycle of each target on its schedule: scrape,
// convert, push. What comes in are targets; what goes out are batches for
// their gateways and stores, and a status of everything for people and programs.
//
// One goroutine keeps the time of one target; a pool of workers bounds the
// cycles under way. A cycle ends when its bodies are with the gateways' slots, and
// its samples in the stores' queues: a disk may be waited for, which takes no
// worker, but not the network.
//
// The targets of a pool can be replaced while it runs. One that stays notices
// nothing; one that goes takes its groups along, and its series in stores are
// stale; one that takes another's place goes on where that has ended.
package relay
