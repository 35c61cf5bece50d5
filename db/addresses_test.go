package db_test

import (
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"clientregistry/db"
)

func TestWhichAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "172.32.0.1": true, "100.128.0.1": true, "192.0.1.1": true,
		"2606:2800:220:1::1": true, "2a00:1450:4001::1": true,
		"127.0.0.1": false, "127.255.255.255": false, "0.0.0.0": false, "0.1.2.3": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.127.255.255": false,
		"192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "fc00::1": false, "fd12::1": false,
		"ff02::1": false, "2001:db8::1": false, "100::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:93.184.216.34": true,
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false,
	} {
		err := new(db.DB).MayReach(netip.MustParseAddr(address))
		if (err == nil) != public {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && !strings.Contains(err.Error(), "--webhook-allow") {
			t.Errorf("%s: %v does not say what to do", address, err)
		}
	}
	allowed := must(db.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), db.Options{
		Create: true, WebhookAllow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")},
	}))(t)
	t.Cleanup(func() { allowed.Close() })
	for address, may := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd12::1": true, "fd13::1": false, "127.0.0.1": false,
	} {
		if err := allowed.MayReach(netip.MustParseAddr(address)); (err == nil) != may {
			t.Errorf("%s with networks allowed: %v", address, err)
		}
	}
}
