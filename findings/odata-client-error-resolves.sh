#!/bin/sh
# npm @odata/client 2.21.10 (Node 20): an answer with status 503 and an HTML
# body, as proxies and gateways send it, is no error: query(), retrieve() and
# find() resolve, to undefined. The same status with a JSON error rejects.
#
# Seen:
#   503 text/html: query resolved undefined, retrieve resolved "<p>down</p>", find resolved undefined
#   503 application/json: query rejected down, retrieve rejected down, find rejected down
#
# Whoever writes (await issues.query()) ?? [] reads an outage as an empty list.
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
const kinds = { 'text/html': '<p>down</p>', 'application/json': '{"error":{"code":"503","message":"down"}}' };
let kind;
const server = http.createServer((request, response) => {
  response.writeHead(503, { 'content-type': kind });
  response.end(kinds[kind]);
});
server.listen(0, '127.0.0.1', async () => {
  const issues = OData.New4({ serviceEndpoint: `http://127.0.0.1:${server.address().port}/` }).getEntitySet('issues');
  for (kind of Object.keys(kinds)) {
    const seen = [];
    for (const [name, ask] of [['query', () => issues.query()], ['retrieve', () => issues.retrieve('1')], ['find', () => issues.find({ a: 1 })]]) {
      seen.push(await ask().then((v) => `${name} resolved ${JSON.stringify(v)}`, (e) => `${name} rejected ${e.message}`));
    }
    console.log(`503 ${kind}: ${seen.join(', ')}`);
  }
  server.close();
});
JS
node ask.cjs > seen
cat seen
sed -n 's/^#   //p' "$self" | diff - seen
