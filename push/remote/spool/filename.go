package spool

// The files of a spool in its directory. Who has the spool open holds a lock on
// the second.
const (
	FileName = "spool.db"
	LockName = "spool.lock"
)
