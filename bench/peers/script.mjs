// The peer to beat: webhooks into SQLite in groups, each event to two sinks by one POST each, with retry.
//
// It verifies HubSpot's signature v3, answers when the group that holds the body is on the disk (synchronous=FULL), and
// marks what both sinks have taken in groups as well. After a restart it sends again what is not marked. It neither
// matches nor merges, seals nor audits.
//
//   node script.mjs --file FILE --secret SECRET --url URL --sinks URL,URL       prints its port on a line
import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';

const { values: given } = parseArgs({
  options: { file: { type: 'string' }, secret: { type: 'string' }, url: { type: 'string' }, sinks: { type: 'string' } },
});
const sinks = given.sinks.split(',').filter(Boolean).map((url) => new URL(url)); // none: it only takes and keeps
const inFlightMost = 64; // connections to a sink, as the hub's
const tolerance = 300_000;

const db = new DatabaseSync(given.file);
db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
  CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`);
const insert = db.prepare('INSERT INTO event (id, body) VALUES (?, ?)');
const remove = db.prepare('DELETE FROM event WHERE id = ?');
let next = 1 + Number(db.prepare('SELECT coalesce(max(id), 0) AS id FROM event').get().id);

// What waits for the next commit: webhooks to answer, and events that both sinks have taken.
let taken = [];
let finished = [];
let scheduled = false;
const soon = () => {
  if (scheduled) return;
  scheduled = true;
  setImmediate(commit);
};

function commit() {
  scheduled = false;
  const webhooks = taken;
  const gone = finished;
  taken = [];
  finished = [];
  const fresh = [];
  db.exec('BEGIN IMMEDIATE');
  for (const { events } of webhooks)
    for (const event of events) {
      const id = next++;
      const body = JSON.stringify(event);
      insert.run(id, body);
      fresh.push({ id, body, left: sinks.length });
    }
  for (const id of gone) remove.run(id);
  db.exec('COMMIT');
  for (const { response } of webhooks) response.writeHead(200, { 'Content-Length': 0 }).end();
  for (const event of fresh) queues.forEach((queue) => queue.add(event));
}

class Queue {
  constructor(sink) {
    this.sink = sink;
    this.waiting = [];
    this.head = 0;
    this.flying = 0;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: inFlightMost });
  }
  add(event) {
    this.waiting.push(event);
    this.go();
  }
  go() {
    while (this.flying < inFlightMost && this.head < this.waiting.length) {
      const event = this.waiting[this.head++];
      if (this.head > 10_000) (this.waiting.splice(0, this.head), (this.head = 0));
      this.flying++;
      this.post(event, 0);
    }
  }
  post(event, attempt) {
    let over = false;
    const end = (good) => {
      if (over) return;
      over = true;
      if (!good) return setTimeout(() => this.post(event, attempt + 1), Math.min(30_000, 200 * 2 ** attempt));
      this.flying--;
      if (--event.left === 0) {
        finished.push(event.id);
        soon();
      }
      this.go();
    };
    const request = http.request(
      this.sink,
      {
        method: 'POST',
        agent: this.agent,
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(event.body) },
      },
      (response) => {
        response.resume();
        response.on('end', () => end(response.statusCode < 300));
        response.on('error', () => end(false));
      },
    );
    request.on('error', () => end(false));
    request.end(event.body);
  }
}
const queues = sinks.map((sink) => new Queue(sink));
for (const row of db.prepare('SELECT id, body FROM event ORDER BY id').all())
  queues.forEach.call(queues, ((event) => (queue) => queue.add(event))({ id: row.id, body: row.body, left: sinks.length }));

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    const at = request.headers['x-hubspot-request-timestamp'] ?? '';
    const due = createHmac('sha256', given.secret)
      .update('POST' + given.url + request.url)
      .update(body)
      .update(at)
      .digest();
    const signature = Buffer.from(request.headers['x-hubspot-signature-v3'] ?? '', 'base64');
    const good =
      signature.length === due.length && timingSafeEqual(signature, due) && Math.abs(Date.now() - Number(at)) < tolerance;
    if (!good) return response.writeHead(401, { 'Content-Length': 0 }).end();
    taken.push({ events: JSON.parse(body), response });
    soon();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
