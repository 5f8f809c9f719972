#!/bin/sh
# npm @odata/client 2.21.10 (Node 20): a param without a direction sorts
# downwards, where OData sorts upwards (OData 4.01, $orderby: "asc" is
# the default), and top(0), which asks for no element, asks for all.
#
# Seen:
#   orderby('id'): /issues?$orderby=id%20desc
#   orderbyMulti([{ field: 'id' }]): /issues?$orderby=id%20desc
#   top(0): /issues
#   top(1): /issues?$top=1
#
# Give the direction each time, and do not ask for nothing.
set -eu
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @odata/client@2.21.10 >/dev/null

cat > ask.cjs <<'JS'
const http = require('node:http');
const { OData } = require('@odata/client');
let name;
const server = http.createServer((request, response) => {
  console.log(`${name}: ${request.url}`);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"value":[]}');
});
server.listen(0, '127.0.0.1', async () => {
  const client = OData.New4({ serviceEndpoint: `http://127.0.0.1:${server.address().port}/` });
  const param = () => client.newParam();
  for (const [text, p] of [["orderby('id')", param().orderby('id')], ["orderbyMulti([{ field: 'id' }])", param().orderbyMulti([{ field: 'id' }])], ['top(0)', param().top(0)], ['top(1)', param().top(1)]]) {
    name = text;
    await client.getEntitySet('issues').query(p);
  }
  server.close();
});
JS
node ask.cjs > seen
cat seen
sed -n 's/^#   //p' "$self" | diff - seen
