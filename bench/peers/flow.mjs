// Node-RED with this job as a flow: a webhook is verified and answered, its events are split, each goes to two sinks.
// Its queue is in memory, as Node-RED's is.
//
//   node flow.mjs --folder FOLDER --secret SECRET --url URL --sinks URL,URL --red NODE_RED    prints its port on a line
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: given } = parseArgs({
  options: {
    folder: { type: 'string' },
    secret: { type: 'string' },
    url: { type: 'string' },
    sinks: { type: 'string' },
    red: { type: 'string' },
  },
});
const say = console.log; // what Node-RED says goes to the log
console.log = console.error;
const port = await new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});

// The body is signed as bytes and read by Node-RED as JSON; written again it is the same text, which is how flows do it.
const verify = `
const at = msg.req.headers['x-hubspot-request-timestamp'];
const due = crypto.createHmac('sha256', ${JSON.stringify(given.secret)})
  .update('POST' + ${JSON.stringify(given.url)} + msg.req.originalUrl + JSON.stringify(msg.payload) + at).digest('base64');
const good = due === msg.req.headers['x-hubspot-signature-v3'] && Math.abs(Date.now() - Number(at)) < 300000;
const answer = { ...msg, statusCode: good ? 200 : 401, payload: '' };
if (!good) return [answer, null];
return [answer, msg.payload.map((event) => ({ payload: event }))];`;

const [first, second] = given.sinks.split(',');
const sink = (id, url) => [
  {
    id, z: 'job', type: 'http request', name: id, method: 'POST', ret: 'txt', url, persist: true,
    headers: [], senderr: false, wires: [[`${id}-answer`]],
  },
  {
    id: `${id}-answer`, z: 'job', type: 'function', outputs: 1, wires: [[]], libs: [], name: 'refused?',
    func: "if (msg.statusCode >= 300) node.error('refused', msg); return null;",
  },
];
const flow = [
  { id: 'job', type: 'tab', label: 'webhooks to two sinks' },
  { id: 'in', z: 'job', type: 'http in', url: '/webhooks/crm', method: 'post', upload: false, wires: [['verify']] },
  {
    id: 'verify', z: 'job', type: 'function', name: 'verify', func: verify, outputs: 2,
    libs: [{ var: 'crypto', module: 'crypto' }], wires: [['answer'], ['first', 'second']],
  },
  { id: 'answer', z: 'job', type: 'http response', headers: {}, wires: [] },
  ...sink('first', first),
  ...sink('second', second),
];
const settings = `module.exports = {
  uiHost: '127.0.0.1', uiPort: ${port}, httpAdminRoot: false, flowFile: 'flow.json', credentialSecret: false,
  functionExternalModules: true, externalModules: { modules: { allowInstall: false } },
  telemetry: { enabled: false }, logging: { console: { level: 'warn' } } };`;

mkdirSync(given.folder, { recursive: true });
// A node with a place is one of the flow; one without would be a configuration.
const placed = flow.map((node, i) => (node.z ? { ...node, x: 100 + 100 * i, y: 100 } : node));
writeFileSync(join(given.folder, 'flow.json'), JSON.stringify(placed));
writeFileSync(join(given.folder, 'settings.cjs'), settings);
process.argv = [process.execPath, given.red, '-u', given.folder, '-s', join(given.folder, 'settings.cjs')];
await import(given.red);
for (;;) {
  const unsigned = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '[]' };
  const answer = await fetch(`http://127.0.0.1:${port}/webhooks/crm`, unsigned).catch(() => null);
  if (answer?.status === 401) break;
  await new Promise((later) => setTimeout(later, 100));
}
say(port);
