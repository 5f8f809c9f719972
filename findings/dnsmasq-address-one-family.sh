#!/bin/sh
# dnsmasq 2.90 (Debian 12: dnsmasq-base 2.90-4~deb12u2): "--address" with an IPv4 address
# answers for that family alone. Asked for AAAA of the same name it does not say
# that there is none: without a server above it answers REFUSED with the extended
# error 14 (Not Ready), so that programs which ask for both families see a
# resolver that fails for a name that it knows. With "--local" for the name beside
# it the answer is the one that was meant: no error, no address.
#
# Seen:
#   address                A: rcode 0, answers 1
#   address             AAAA: rcode 5, answers 0, extended error 14
#   address and local      A: rcode 0, answers 1
#   address and local   AAAA: rcode 0, answers 0
#
# Whoever keeps a name inside by "--address" writes "--local" for it as well.
#
# It needs the package installed: it is no use in a folder.
set -eu
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
program=$(command -v dnsmasq) || program=/usr/sbin/dnsmasq
[ -x "$program" ] || {
  echo 'install dnsmasq-base first' >&2
  exit 1
}
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"

cat > ask.py <<'PYTHON'
import socket, struct, sys
label, port = sys.argv[1], int(sys.argv[2])
name = b"".join(bytes([len(part)]) + part for part in b"portal.example".split(b".")) + b"\0"
for kind, number in (("A", 1), ("AAAA", 28)):
    question = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 1) + name + struct.pack(">2H", number, 1) + b"\0" + struct.pack(">2HIH", 41, 1232, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(question, ("127.0.0.1", port))
        answer = s.recv(4096)
    flags, answers = struct.unpack(">2H2H", answer[2:10])[0], struct.unpack(">H", answer[6:8])[0]
    at = answer.rfind(b"\0\x0f\0")  # option 15
    extended = ", extended error %d" % struct.unpack(">H", answer[at + 4 : at + 6]) if at > 0 else ""
    print("%-18s %5s: rcode %d, answers %d%s" % (label, kind, flags & 15, answers, extended))
PYTHON
free() { python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

try() { # label, options
  label=$1 port=$(free)
  shift
  "$program" -k -C /dev/null -R -h --user="$(id -un)" --pid-file= --port="$port" --listen-address=127.0.0.1 --bind-interfaces \
    --address=/portal.example/192.0.2.1 "$@" 2> /dev/null &
  server=$!
  sleep 1
  python3 ask.py "$label" "$port"
  kill "$server"
  server=
}
{
  try address
  try 'address and local' --local=/portal.example/
} > seen
cat seen
sed -n 's/^#   //p' "$self" | diff - seen
