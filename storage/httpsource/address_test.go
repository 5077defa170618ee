package httpsource_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/httpsource"
)

// spellings are hosts that lead, or would lead in some notation, to a loopback, link-local, private or
// other special address.
var spellings = map[string][]string{
	"dotted decimal":            {"127.0.0.1", "127.0.0.2", "127.255.255.254"},
	"short forms":               {"127.1", "127.0.1", "0", "10.1"},
	"one number":                {"2130706433", "017700000001", "0x7f000001", "0x7F000001", "4294967295"},
	"octal":                     {"0177.0.0.1", "0177.1", "00000177.0.0.01"},
	"hexadecimal":               {"0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0x7f.1"},
	"mixed":                     {"0x7f.0.0.01", "127.0x0.1"},
	"trailing dots":             {"127.0.0.1.", "localhost.", "127.1."},
	"this host":                 {"0.0.0.0", "[::]", "[0:0:0:0:0:0:0:0]", "0.0.0.1"},
	"names":                     {"localhost", "LOCALHOST", "LocalHost", "%6cocalhost", "ｌocalhost", "localhost.localdomain", "ip6-localhost"},
	"other digits":              {"１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1"},
	"IPv6":                      {"[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"},
	"IPv4-mapped":               {"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[::FFFF:10.0.0.1]"},
	"IPv4-compatible":           {"[::127.0.0.1]", "[::7f00:1]"},
	"NAT64":                     {"[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]"},
	"IPv4-translated":           {"[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]"},
	"not allocated":             {"[4000::1]", "[a000::1]", "[200::1]"},
	"6to4 and Teredo":           {"[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001::7f00:1]"},
	"zones":                     {"[fe80::1%25lo]", "[fe80::1%25eth0]", "[::1%25lo]", "[fe80::1]"},
	"link-local":                {"169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.43518", "[fd00:ec2::254]"},
	"private, shared, reserved": {"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "[fc00::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255", "[ff02::1]"},
}

// inner is a server on 127.0.0.1, which must not be reached.
func inner(t *testing.T) (port string, reached *atomic.Int64) {
	reached = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	return u.Port(), reached
}

// allowed is a server on 127.0.0.2, the only address that a source may dial.
func allowed(t *testing.T, h http.HandlerFunc) (*httptest.Server, []netip.Prefix) {
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has no 127.0.0.2")
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}}
	server.Start()
	t.Cleanup(server.Close)
	return server, []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
}

func TestNoSpellingOfASpecialAddressIsConnectedTo(t *testing.T) {
	port, reached := inner(t)
	n := 0
	for kind, hosts := range spellings {
		for _, host := range hosts {
			n++
			for _, base := range []string{"http://" + host + ":" + port, "http://user:password@" + host + ":" + port + "/photos"} {
				s, err := httpsource.New(httpsource.Config{Base: base, Timeout: time.Second})
				if err != nil {
					continue // such a URL is refused by New
				}
				_, err = s.Open(t.Context(), "x.jpg")
				assert.Error(t, err, "%s: %s", kind, host)
				if _, parsed := netip.ParseAddr(strings.Trim(strings.ReplaceAll(host, "%25", "%"), "[]")); parsed == nil {
					assert.ErrorContains(t, err, "is not a public one", "%s: %s: it has to be refused, and not only unreachable", kind, host)
				}
				assert.NoError(t, s.Close())
			}
		}
	}
	assert.GreaterOrEqual(t, n, 24)
	assert.Zero(t, reached.Load())
}

func TestNoRedirectLeadsToASpecialAddress(t *testing.T) {
	port, reached := inner(t)
	var to atomic.Value
	outer, prefixes := allowed(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to.Load().(string))
		w.WriteHeader(http.StatusFound)
	})
	s := open(t, httpsource.Config{Base: outer.URL, AllowedPrefixes: prefixes, Timeout: time.Second})
	refused := func(location string) {
		to.Store(location)
		_, err := s.Open(t.Context(), "x.jpg")
		assert.Error(t, err, location)
	}
	for _, hosts := range spellings {
		for _, host := range hosts {
			if host == "127.0.0.2" {
				continue // the allowed address
			}
			refused("http://" + host + ":" + port + "/x.jpg")
			refused("//" + host + ":" + port + "/x.jpg")
		}
	}
	for _, location := range []string{
		"http://public.example@127.0.0.1:" + port, "http://127.0.0.1:" + port + "#@public.example", "http:\\\\127.0.0.1:" + port,
		"http://127.0.0.1:" + port + "\\@public.example/", "file:///etc/passwd", "gopher://127.0.0.1:" + port + "/", "ftp://127.0.0.1/", "data:,x",
	} {
		refused(location)
	}
	assert.Zero(t, reached.Load())
}

// A name may have a different address at each lookup (DNS rebinding). The address that is dialed is
// checked.
func TestANameIsJudgedByTheAddressThatIsDialed(t *testing.T) {
	port, reached := inner(t)
	var name string
	outer, prefixes := allowed(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.Header().Set("Location", "http://"+name+":"+port+"/x.jpg")
		w.WriteHeader(http.StatusFound)
	})
	_, outerPort, err := net.SplitHostPort(outer.Listener.Addr().String())
	require.NoError(t, err)
	lookups := serveNames(t, net.IPv4(127, 0, 0, 2), net.IPv4(127, 0, 0, 1))
	name = "rebound.example.com"
	s := open(t, httpsource.Config{Base: "http://" + name + ":" + outerPort, AllowedPrefixes: prefixes, Timeout: 5 * time.Second})
	_, err = s.Open(t.Context(), "x.jpg")
	require.ErrorContains(t, err, "127.0.0.1 is not a public one")
	assert.Equal(t, int64(2), lookups.Load())
	assert.Zero(t, reached.Load())
}

// serveNames makes this process use a name server of the test. It answers the first query for an IPv4
// address with the first address, and later queries with the following ones; the last one repeats. It has
// no IPv6 addresses.
func serveNames(t *testing.T, addresses ...net.IP) (lookups *atomic.Int64) {
	lookups = new(atomic.Int64)
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(answerOf(question[:n], lookups, addresses), from)
		}
	}()
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = usual
		_ = server.Close()
		<-done
	})
	return lookups
}

// answerOf answers a query of RFC 1035 with one address, or with none.
func answerOf(question []byte, lookups *atomic.Int64, addresses []net.IP) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the last label, type and class
	answer := append([]byte(nil), question[:end]...)
	binary.BigEndian.PutUint16(answer[2:], 0x8580) // an authoritative answer without error
	clear(answer[6:12])
	if binary.BigEndian.Uint16(question[end-4:]) != 1 {
		return answer
	}
	at := min(int(lookups.Add(1))-1, len(addresses)-1)
	answer[7] = 1
	answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4) // the name in the query, A, IN, TTL 0, 4 bytes
	return append(answer, addresses[at].To4()...)
}

// Only addresses within an allowed prefix are dialed. A prefix does not allow adjacent addresses, and
// applies to an address in every notation.
func TestAnAllowedPrefixOpensNothingElse(t *testing.T) {
	port, reached := inner(t)
	for prefix, opened := range map[string]bool{"127.0.0.1/32": true, "127.0.0.0/8": true, "127.0.0.2/32": false, "::1/128": false, "10.0.0.0/8": false} {
		for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]"} {
			before := reached.Load()
			s := open(t, httpsource.Config{Base: fmt.Sprintf("http://%s:%s", host, port), AllowedPrefixes: []netip.Prefix{netip.MustParsePrefix(prefix)}, Timeout: 5 * time.Second})
			f, err := s.Open(t.Context(), "x.jpg")
			assert.Equal(t, opened, err == nil, "%s with %s: %v", host, prefix, err)
			assert.Equal(t, opened, reached.Load() > before)
			if err == nil {
				assert.NoError(t, f.Close())
			} else {
				assert.True(t, strings.Contains(err.Error(), "is not a public one"), "%v", err)
			}
		}
	}
}
