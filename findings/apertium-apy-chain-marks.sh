#!/bin/sh
# apertium-apy 0.11.7 (Debian 12: apertium-apy 0.11.7-2.1, apertium-eng-cat
# 1.0.1, apertium-fra-cat 1.10.0): markUnknown=no takes away the star before a
# word that a pair does not know, but through a chain of pairs one star stays:
# the second pair marks what the first has marked, and one of two is taken.
#
# Seen:
#   /translate eng|cat: El admin feines.
#   /translateChain eng|cat|fra: Le *admin travaux.
#   /translate cat|fra of the first: L'admin travaux.
#
# Ask for one pair after the other.
#
# It needs the three packages installed: they are no use in a folder. The
# server's own start listens on every interface, so it is started otherwise.
set -eu
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
apy=$(command -v apertium-apy) && [ -e /usr/share/apertium/modes/cat-fra.mode ] || {
  echo 'install apertium-apy, apertium-eng-cat and apertium-fra-cat first' >&2
  exit 1
}
folder=$(mktemp -d)
cd "$folder"

cat > serve.py <<'PYTHON'
from tornado import netutil, tcpserver
def bind(self, port, *args, **more):
    sockets = netutil.bind_sockets(port, "127.0.0.1")
    self._pending_sockets.extend(sockets)
    print(sockets[0].getsockname()[1], flush=True)
tcpserver.TCPServer.bind = bind
from apertium_apy.apy import main
main()
PYTHON
LC_ALL=C.UTF-8 "$(sed -n '1s/^#!//p' "$apy")" serve.py --port 0 /usr/share/apertium/modes > port 2> log &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
n=0
while [ ! -s port ] && [ $n -lt 100 ]; do sleep 0.2; n=$((n + 1)); done

ask() { # path, parameter, pairs, text
  curl -s --noproxy '*' "http://127.0.0.1:$(cat port)$1" --data-urlencode "$2=$3" --data-urlencode "q=$4" -d format=txt -d markUnknown=no |
    sed -n 's/.*"translatedText": "\([^"]*\)".*/\1/p'
}
first=$(ask /translate langpair 'eng|cat' 'The admin works.')
{
  echo "/translate eng|cat: $first"
  echo "/translateChain eng|cat|fra: $(ask /translateChain langpairs 'eng|cat|fra' 'The admin works.')"
  echo "/translate cat|fra of the first: $(ask /translate langpair 'cat|fra' "$first")"
} > seen
cat seen
sed -n 's/^#   //p' "$self" | diff - seen
