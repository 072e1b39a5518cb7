package push

// A message is what a request says, without the series that stand twice once
// they were looked for.
type message struct {
	*content
	looked     bool // for duplicates
	duplicates int  // series left out, those among them that escaped would be another
}

// messageOf returns what the gateway is told. A body may have waited since
// another was there, which took UTF-8 names.
func (g *Gateway) messageOf(r *request) *message {
	m := &message{content: contentOf(r.body)}
	if r.body.utf8 && !g.profile().utf8 {
		m.content, m.duplicates = m.content.escaped()
	}
	return m
}

// leaveOutDuplicates keeps the first of the series that are alike, as
// Prometheus does. It is true where there was something to leave out. A gateway
// that checks refuses all of such a body, one that does not breaks (contract
// C8).
func (m *message) leaveOutDuplicates() bool {
	if m.looked {
		return false
	}
	m.looked = true
	plain, n := m.format.Distinct(m.bytes())
	if n > 0 {
		m.content = &content{format: m.format, plain: plain}
		m.duplicates += n
	}
	return n > 0
}
