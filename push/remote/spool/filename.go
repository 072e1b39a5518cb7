package spool

// FileName is that of a spool's file in its directory. Who has the spool open
// holds a lock on it.
const FileName = "spool.db"
