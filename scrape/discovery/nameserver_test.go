package discovery

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// A nameServer answers on loopback, over UDP and, what is long, over TCP.
type nameServer struct {
	testing.TB
	packets net.PacketConn
	streams net.Listener
	running sync.WaitGroup
	asked   atomic.Int64

	mu    sync.Mutex
	zones map[question]reply
}

type question struct {
	name string
	kind dnsmessage.Type
}

// A reply has a code or records. The zero value is a name without records.
type reply struct {
	code    dnsmessage.RCode
	records []dnsmessage.ResourceBody
	silent  bool
}

// newNameServer lives as long as t. What it is not told about does not exist.
func newNameServer(t testing.TB) *nameServer {
	t.Helper()
	s := &nameServer{TB: t, zones: map[question]reply{}}
	var errUDP, errTCP error
	s.packets, errUDP = net.ListenPacket("udp", "127.0.0.1:0")
	s.streams, errTCP = net.Listen("tcp", "127.0.0.1:0")
	if err := errors.Join(errUDP, errTCP); err != nil {
		t.Fatal(err)
	}
	s.running.Go(s.servePackets)
	s.running.Go(s.serveStreams)
	t.Cleanup(func() {
		s.packets.Close()
		s.streams.Close()
		s.running.Wait()
	})
	return s
}

// dial is for DNS.Dial.
func (s *nameServer) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var dialer net.Dialer
	if network == "tcp" {
		return dialer.DialContext(ctx, network, s.streams.Addr().String())
	}
	return dialer.DialContext(ctx, network, s.packets.LocalAddr().String())
}

func (s *nameServer) set(name string, kind dnsmessage.Type, r reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zones[question{name, kind}] = r
}

func (s *nameServer) servePackets() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		message, ok := s.answer(buffer[:n])
		if !ok {
			continue
		}
		packed := s.pack(message)
		if len(packed) > 1232 { // what the resolver says that it takes
			message.Truncated, message.Answers = true, nil
			packed = s.pack(message)
		}
		s.packets.WriteTo(packed, from)
	}
}

func (s *nameServer) serveStreams() {
	for {
		conn, err := s.streams.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() {
			defer conn.Close()
			var length uint16
			if binary.Read(conn, binary.BigEndian, &length) != nil {
				return
			}
			query := make([]byte, length)
			if _, err := io.ReadFull(conn, query); err != nil {
				return
			}
			if message, ok := s.answer(query); ok {
				packed := s.pack(message)
				conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
			}
		})
	}
}

// answer reports whether there is to be one.
func (s *nameServer) answer(query []byte) (dnsmessage.Message, bool) {
	s.asked.Add(1)
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil || len(message.Questions) != 1 {
		s.Errorf("got a query that is none: %v", err)
		return message, false
	}
	q := message.Questions[0]
	s.mu.Lock()
	r, known := s.zones[question{q.Name.String(), q.Type}]
	s.mu.Unlock()
	if !known {
		r.code = dnsmessage.RCodeNameError
	}
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: message.ID, Response: true, Authoritative: true, RecursionAvailable: true, RCode: r.code},
		Questions: message.Questions,
	}
	for _, body := range r.records {
		header := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60}
		answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: body})
	}
	return answer, !r.silent
}

func (s *nameServer) pack(message dnsmessage.Message) []byte {
	packed, err := message.Pack()
	if err != nil {
		s.Errorf("pack an answer: %v", err)
	}
	return packed
}

func a(addr [4]byte) dnsmessage.ResourceBody     { return &dnsmessage.AResource{A: addr} }
func aaaa(addr [16]byte) dnsmessage.ResourceBody { return &dnsmessage.AAAAResource{AAAA: addr} }

func srv(target string, port uint16) dnsmessage.ResourceBody {
	return &dnsmessage.SRVResource{Target: dnsmessage.MustNewName(target), Port: port, Priority: 1, Weight: 1}
}

func cname(target string) dnsmessage.ResourceBody {
	return &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(target)}
}
