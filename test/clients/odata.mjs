// Asks both APIs of a running desk with @odata/client, which knows nothing of
// Microsoft 365.
import assert from 'node:assert/strict';
import { OData } from '@odata/client';

const { TOCSIN_BASE: base, TOCSIN_PROGRAM: program, TOCSIN_LEGACY: old } = process.env;
const as = (token, path) => OData.New4({ serviceEndpoint: `${base}${path}`, commonHeaders: { Authorization: `Bearer ${token}` } });
const ids = (list) => list.map((item) => item.id ?? item.Id).join(' ');

const graph = as(program, '/v1.0/admin/serviceAnnouncement/');
const issues = graph.getEntitySet('issues');
assert.equal((await issues.retrieve('EX100')).status, 'serviceDegradation');
assert.equal(ids(await issues.find({ isResolved: false })), 'EX100 TM200');
assert.equal(ids(await issues.query(graph.newParam().filter(graph.newFilter().property('classification').eq('advisory')).orderby('startDateTime', 'desc').top(1).select('id'))), 'TM200');
assert.equal(await issues.count(), 6);
assert.equal(ids(await graph.getEntitySet('messages').query(graph.newParam().skip(1).top(1).orderby('id', 'asc'))), 'MC1000002');
await assert.rejects(issues.retrieve('NO'), /does not exist/);

const legacy = as(old, '/api/v1.0/contoso.example/ServiceComms/');
assert.equal(ids(await legacy.getEntitySet('Messages').query(legacy.newParam().filter(legacy.newFilter().property('Id').eq('EX100')))), 'EX100');
assert.equal((await legacy.getEntitySet('CurrentStatus').query()).length, 4);
