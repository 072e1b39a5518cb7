package status

import "bytes"

func (v View) textOfStores(b *bytes.Buffer) {
	if len(v.Stores) == 0 {
		return
	}
	var stores lines
	stores.row("REMOTE_WRITE", "URL", "STATE", "FOR", "LAST SUCCESS", "STORED", "WAITING", "OLDEST", "SPOOL")
	for _, s := range v.Stores {
		v.textOfStore(&stores, s)
	}
	stores.write(b)
}

func (v View) textOfStore(to *lines, s Store) {
	since, oldest, spool := "-", "-", "-"
	if !s.Since.IsZero() {
		since = short(v.At.Sub(s.Since))
	}
	if !s.Oldest.IsZero() {
		oldest = v.ago(s.Oldest)
	}
	if s.Spool != nil {
		spool = s.Spool.Use()
	}
	to.row(s.Name, s.URL, storeWords(v, s), since, v.ago(s.LastSuccess), number(s.Samples), number(s.Waiting), oldest, spool)
	if s.LastError != "" {
		to.note("error: " + s.LastError)
	}
	if !s.NextTry.IsZero() {
		to.note(v.nextTry(s.NextTry))
	}
	if s.Spool != nil {
		to.note("spool: " + s.Spool.Directory + ", " + s.Spool.File())
		if s.Spool.Error != "" {
			to.note("spool: error: " + s.Spool.Error)
		}
	}
	for _, loss := range s.Losses() {
		to.note(plural(loss.Count, "sample") + " dropped since the start: " + loss.What)
	}
}
