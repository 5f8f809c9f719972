// Asks a running desk with the client that odata2ts generated from its metadata.
const assert = require('node:assert/strict');
const { FetchClient } = require('@odata2ts/http-client-fetch');
const { deskService: Desk } = require('./generated/deskService.js');

const { TOCSIN_BASE: base, TOCSIN_PROGRAM: program, TOCSIN_PERSON: person } = process.env;
const as = (token) => new Desk(new FetchClient({ headers: { Authorization: `Bearer ${token}` } }), `${base}/v1.0`).admin().serviceAnnouncement();
const ids = (answer) => answer.data.value.map((item) => item.id).join(' ');

async function ask() {
  const desk = as(program);
  assert.equal(ids(await desk.issues().query()), 'EX100 EX500 FM400 MO300 MO600 TM200');
  const open = await desk.issues().query((builder, issue) => builder.filter(issue.isResolved.eq(false)).select('id', 'status').orderBy(issue.startDateTime.desc()).count());
  assert.equal(ids(open), 'TM200 EX100');
  assert.equal(open.data['@odata.count'], 2);
  assert.equal(ids(await desk.issues().query((builder, issue) => builder.filter(issue.classification.eq('advisory')))), 'EX500 TM200');
  assert.equal((await desk.issues('EX100').query()).data.status, 'serviceDegradation');
  assert.equal((await desk.issues('EX100').posts().query()).data.value.length, 2);
  const health = await desk.healthOverviews('Exchange').query((builder) => builder.expanding('issues', (issue) => issue.select('id')));
  assert.deepEqual(health.data.issues.map((issue) => issue.id), ['EX100', 'EX500']);
  assert.equal(ids(await desk.healthOverviews('Exchange').issues().query()), 'EX100 EX500');
  const teams = await desk.messages().query((builder, message) => builder.filter(message.services.any((service) => service.it.eq('Microsoft Teams')), message.severity.eq('critical')));
  assert.equal(ids(teams), 'MC1000002');
  assert.equal(ids(await desk.messages('MC1000003').attachments().query()), 'a1 a2');
  assert.equal((await as(person).messages().markRead({ messageIds: ['MC1000002'] })).status, 200);
  await assert.rejects(desk.issues('NO').query(), { status: 404 });
}

ask().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
