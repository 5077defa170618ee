package httpsource

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// special are the addresses that are not on the public internet (IANA's registries of special-purpose
// addresses for IPv4 and IPv6). Among them are 6to4 and Teredo, which embed an IPv4 address.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// global are the only IPv6 addresses that IANA has allocated to the public internet. Among the others are
// loopback, link-local and private addresses, and the prefixes that every NAT64 may use. special has 6to4 and
// Teredo. Two forms that embed an IPv4 address are not refused, because their prefix is that of any network: NAT64
// with a network-specific prefix (RFC 6052), and ISATAP.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) (p []netip.Prefix) {
	for _, s := range all {
		p = append(p, netip.MustParsePrefix(s))
	}
	return p
}

// checkAddress refuses to connect to a special address. It gets the address that is dialed, after the name
// lookup.
func (s *Source) checkAddress(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s %q: %w", network, address, err)
	}
	ip := to.Addr().WithZone("").Unmap()
	for _, allowed := range s.cfg.AllowedPrefixes {
		if allowed.Contains(ip) {
			return nil
		}
	}
	private := ip.Is6() && !global.Contains(ip)
	for _, p := range special {
		private = private || p.Contains(ip)
	}
	if private {
		return fmt.Errorf("the address %v is not a public one, and not in Config.AllowedPrefixes", ip)
	}
	return nil
}
