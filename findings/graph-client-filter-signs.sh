#!/bin/sh
# npm @microsoft/microsoft-graph-client 3.0.7 (Node 20): filter() sends the
# signs &, + and # of a value as they are, so that the value ends at & or #,
# and + arrives as a blank; and a second filter() takes the place of the first.
#
# Seen:
#   filter("title eq 'R&D'"): $filter is title eq 'R
#   filter("title eq 'C# is late'"): $filter is title eq 'C
#   filter("title eq 'A+B'"): $filter is title eq 'A B'
#   filter("title eq 'A%2BB'"): $filter is title eq 'A+B'
#   filter("a eq 1").filter("b eq 2"): $filter is b eq 2
#
# Encode the value with encodeURIComponent before it goes into filter(), and
# join conditions with "and" yourself.
set -eu
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @microsoft/microsoft-graph-client@3.0.7 >/dev/null

cat > ask.cjs <<'JS'
const http = require('node:http');
const { Client } = require('@microsoft/microsoft-graph-client');
let name;
const server = http.createServer((request, response) => {
  console.log(`${name}: $filter is ${new URL(request.url, 'http://desk').searchParams.get('$filter')}`);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"value":[]}');
});
server.listen(0, '127.0.0.1', async () => {
  const client = Client.init({ baseUrl: `http://127.0.0.1:${server.address().port}/`, authProvider: (done) => done(null, 'token') });
  for (const value of ["title eq 'R&D'", "title eq 'C# is late'", "title eq 'A+B'", "title eq 'A%2BB'"]) {
    name = `filter("${value}")`;
    await client.api('/issues').filter(value).get();
  }
  name = 'filter("a eq 1").filter("b eq 2")';
  await client.api('/issues').filter('a eq 1').filter('b eq 2').get();
  server.close();
});
JS
node ask.cjs > seen
cat seen
sed -n 's/^#   //p' "$self" | diff - seen
