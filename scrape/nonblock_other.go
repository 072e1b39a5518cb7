//go:build !unix

package scrape

// openNonblock is for named pipes in the file system: there are none here.
const openNonblock = 0
