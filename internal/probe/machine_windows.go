package probe

import (
	"errors"
	"net/netip"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// readMachine asks Windows for its resolvers and for the settings of proxies that
// belong to the person who is signed in.
func readMachine() (m Machine) {
	m.Resolvers = windowsResolvers()
	if folder, err := windows.GetSystemDirectory(); err == nil {
		m.Hosts = beginning(filepath.Join(folder, "drivers", "etc", "hosts"))
	}
	m.proxies.system = windowsProxies()
	return m
}

// windowsResolvers lists the resolvers of the adapters that are up, at most three.
func windowsResolvers() (list []netip.AddrPort) {
	size := uint32(64 << 10)
	buffer := make([]byte, size)
	adapter := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
	flags := uint32(windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST | windows.GAA_FLAG_INCLUDE_GATEWAYS)
	if windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, adapter, &size) != nil {
		return nil
	}
	for ; adapter != nil; adapter = adapter.Next {
		if adapter.OperStatus != windows.IfOperStatusUp || adapter.FirstGatewayAddress == nil {
			continue
		}
		for server := adapter.FirstDnsServerAddress; server != nil && len(list) < 3; server = server.Next {
			if address, ok := netip.AddrFromSlice(server.Address.IP()); ok {
				list = append(list, netip.AddrPortFrom(address.Unmap(), 53))
			}
		}
	}
	return list
}

// proxyConfig is WINHTTP_CURRENT_USER_IE_PROXY_CONFIG.
type proxyConfig struct {
	detect int32
	script *uint16
	proxy  *uint16
	bypass *uint16
}

// windowsProxies reads the settings that browsers and Office use. Where Windows
// does not tell, they are unknown.
func windowsProxies() system {
	ask := windows.NewLazySystemDLL("winhttp.dll").NewProc("WinHttpGetIEProxyConfigForCurrentUser")
	if ask.Find() != nil {
		return system{}
	}
	var c proxyConfig
	if ok, _, _ := ask.Call(uintptr(unsafe.Pointer(&c))); ok == 0 {
		return system{}
	}
	free := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree")
	taken := func(text *uint16) string {
		if text == nil {
			return ""
		}
		s := windows.UTF16PtrToString(text)
		_, _, _ = free.Call(uintptr(unsafe.Pointer(text)))
		return s
	}
	s := system{known: true, detect: c.detect != 0, script: taken(c.script), proxy: taken(c.proxy), bypass: taken(c.bypass)}
	if s.detect {
		detect(&s, taken)
	}
	return s
}

// detect has Windows look for a script in the network, as its settings say, by
// DHCP and DNS. Where it finds none, the other settings hold; where it does not
// tell, what they say may not be what programs do.
func detect(s *system, taken func(*uint16) string) {
	const byDHCP, byDNS, nothingFound = 1, 2, 12180 // winhttp.h
	ask := windows.NewLazySystemDLL("winhttp.dll").NewProc("WinHttpDetectAutoProxyConfigUrl")
	if ask.Find() != nil {
		return
	}
	var address *uint16
	ok, _, err := ask.Call(byDHCP|byDNS, uintptr(unsafe.Pointer(&address)))
	switch {
	case ok != 0:
		s.detect, s.script = false, taken(address)
	case errors.Is(err, windows.Errno(nothingFound)):
		s.detect = false
	}
}

// systemLanguages lists the languages in which the person wants windows, the
// first one first.
func systemLanguages() []string {
	list, _ := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME) // none where it cannot tell
	return list
}
