// Asks a running desk as a program and as a person with the official client of
// Microsoft Graph. The desk's address and tokens come from the environment.
import assert from 'node:assert/strict';
import { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator, ResponseType } from '@microsoft/microsoft-graph-client';

const { TOCSIN_BASE: base, TOCSIN_PROGRAM: program, TOCSIN_PERSON: person, TOCSIN_EXPIRED: expired } = process.env;
const root = '/admin/serviceAnnouncement';

function as(token, version = 'v1.0') {
  return Client.init({
    baseUrl: `${base}/`,
    defaultVersion: version,
    customHosts: new Set([new URL(base).hostname]),
    authProvider: (done) => done(null, token),
  });
}

const ids = (list) => list.value.map((item) => item.id).join(' ');

async function reads(version) {
  const client = as(program, version);
  assert.equal(ids(await client.api(`${root}/issues`).get()), 'EX100 EX500 FM400 MO300 MO600 TM200');
  const open = await client.api(`${root}/issues`).filter('isResolved eq false').select(['id', 'status']).orderby('startDateTime desc').count(true).get();
  assert.equal(ids(open), 'TM200 EX100');
  assert.equal(open['@odata.count'], 2);
  assert.deepEqual(Object.keys(open.value[0]).sort(), ['id', 'status']);
  assert.equal(ids(await client.api(`${root}/messages`).filter("services/any(s:s eq 'Microsoft Teams') and severity eq 'critical'").get()), 'MC1000002');
  assert.equal(ids(await client.api(`${root}/issues`).skip(2).top(2).get()), 'FM400 MO300');
  assert.equal(ids(await client.api(`${root}/messages`).search('"copilot"').get()), 'MC1000002');
  const health = await client.api(`${root}/healthOverviews/Exchange Online`).expand('issues($select=id)').get();
  assert.equal(health.id, 'Exchange');
  assert.deepEqual(health.issues.map((issue) => issue.id), ['EX100', 'EX500']);
  const issue = await client.api(`${root}/issues/EX100`).get();
  assert.equal(issue.posts.length, 2);
  assert.equal(issue.status, 'serviceDegradation');
  assert.ok(issue.posts[0].createdDateTime < issue.posts[1].createdDateTime);
}

async function pages() {
  const client = as(program);
  const first = await client.api(`${root}/issues`).header('Prefer', 'odata.maxpagesize=2').select('id').get();
  assert.equal(first.value.length, 2);
  const seen = [];
  const iterator = new PageIterator(client, first, (item) => { seen.push(item.id); return true; }, { headers: { Prefer: 'odata.maxpagesize=2' } });
  await iterator.iterate();
  assert.equal(seen.join(' '), 'EX100 EX500 FM400 MO300 MO600 TM200');
}

async function files() {
  const client = as(program);
  const review = await client.api(`${root}/issues/MO300/incidentReport`).responseType(ResponseType.ARRAYBUFFER).get();
  assert.equal(review.byteLength, 256 * 40);
  const attachments = await client.api(`${root}/messages/MC1000003/attachments`).get();
  assert.equal(ids(attachments), 'a1 a2');
  const content = await client.api(`${root}/messages/MC1000003/attachments/a2/content`).responseType(ResponseType.ARRAYBUFFER).get();
  assert.equal(Buffer.from(content).toString(), 'two');
}

async function marks() {
  const answer = await as(person).api(`${root}/messages/markRead`).post({ messageIds: ['MC1000001'] });
  assert.equal(answer.value, true);
  assert.equal((await as(person).api(`${root}/messages/MC1000001`).get()).viewPoint.isRead, true);
  assert.equal((await as(program).api(`${root}/messages/MC1000001`).get()).viewPoint, null);
}

async function batch() {
  const content = new BatchRequestContent([
    { id: '1', request: new Request(`${base}/v1.0${root}/issues/EX100`, { method: 'GET' }) },
    { id: '2', request: new Request(`${base}/v1.0${root}/issues/NO`, { method: 'GET' }) },
  ]);
  const body = await content.getContent();
  for (const request of body.requests) request.url = request.url.replace(/^.*\/v1\.0/, '');
  const answer = new BatchResponseContent(await as(program).api('/$batch').post(body));
  assert.equal((await answer.getResponseById('1').json()).id, 'EX100');
  assert.equal(answer.getResponseById('2').status, 404);
}

async function refusals() {
  for (const [token, path, status, code] of [
    [program, `${root}/issues/NO`, 404, 'ResourceNotFound'], [program, `${root}/issues?$filter=nope eq 1`, 400, 'BadRequest'],
    [expired, `${root}/issues`, 401, 'InvalidAuthenticationToken'], [program, `${root}/issues/FB900`, 404, 'ResourceNotFound'],
  ]) {
    await assert.rejects(as(token).api(path).get(), (error) => {
      assert.ok(error instanceof GraphError);
      assert.equal(error.statusCode, status);
      assert.equal(error.code, code);
      assert.match(error.requestId, /^[0-9a-f-]{36}$/);
      return true;
    });
  }
  await assert.rejects(as(program).api(`${root}/messages/markRead`).post({ messageIds: ['MC1000001'] }), { statusCode: 403, code: 'Forbidden' });
}

const parts = { reads: () => reads('v1.0'), beta: () => reads('beta'), pages, files, marks, batch, refusals };
let failed = false;
for (const [name, part] of Object.entries(parts)) {
  try {
    await part();
    console.log(`${name}: good`);
  } catch (error) {
    failed = true;
    console.log(`${name}: ${error.stack ?? error}`);
  }
}
process.exitCode = failed ? 1 : 0;
