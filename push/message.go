package push

// A message is what a request says, without the series that stand twice once
// they were looked for.
type message struct {
	*content
	looked     bool // for duplicates
	duplicates int  // series left out
}

func messageOf(r *request) *message { return &message{content: contentOf(r.body)} }

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
		m.content, m.duplicates = &content{format: m.format, plain: plain}, n
	}
	return n > 0
}
