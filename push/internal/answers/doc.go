// Package answers reads what gateways and receivers answer, and says when to come
// again: what holds for every HTTP server that metrics are pushed to. What comes
// in are answers and errors; what comes out are words, reasons and waits.
package answers
