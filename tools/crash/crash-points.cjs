// Preloaded into a process under test with CRASH_AT=<point>:<nth> and CRASH_SIGNAL: watches the process' own statements,
// Kafka calls and bytes to and from QuickBooks. The nth time it stands at the point it says so on descriptor 3 and ends
// itself by the signal. Points: reliability.md §4.1.
const { writeSync } = require('node:fs');
const net = require('node:net');
const { Kafka } = require('kafkajs');
const { Client } = require('pg');

const [point, times = '1'] = (process.env.CRASH_AT ?? '').split(':');
const signal = process.env.CRASH_SIGNAL ?? 'SIGKILL';
/** The records a case is about; others pass. */
const ABOUT = process.env.CRASH_ABOUT ?? '';

let passed = 0;

/** True the nth time; counts. */
const isDue = () => (passed += 1) === Number(times);

function say(stands) {
  writeSync(3, `${JSON.stringify({ point, stands, pid: process.pid })}\n`);
}

/** From here on nothing happens by SIGKILL; by SIGTERM the process goes on and stops as it does; by SIGSTOP it stands still. */
function end() {
  say('here');
  process.kill(process.pid, signal);
  if (signal === 'SIGKILL') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const isAbout = (value) => JSON.stringify(value ?? null).includes(ABOUT);

const endIfDue = () => {
  if (isDue()) end();
};
const nothing = () => undefined;

// --- Postgres -------------------------------------------------------------------------------------------------------

/** before | after a statement; `within`: one of its transaction's so far, itself included. */
const STATEMENTS = {
  K2: { when: 'before', is: /^commit/i, within: takesRequests },
  K3: { when: 'after', is: /^commit/i, within: takesRequests },
  K6: { when: 'before', is: /^commit/i, within: says(/insert into webhook_delivery\b/) },
  K7: { when: 'after', is: /^commit/i, within: says(/insert into webhook_delivery\b/) },
  K8: { when: 'before', is: /insert into attempt\b|update attempt set sends = sends \+ 1/, within: opensAttempt },
  K9: { when: 'after', is: /^commit/i, within: opensAttempt },
  K13: { when: 'before', is: /^commit/i, within: answers },
  K16: { when: 'before', is: /^commit/i, within: says(/update company set access_sealed\b/) },
  K17: { when: 'after', is: /^commit/i, within: says(/update replay set matched\b/) },
  K18: { when: 'after', is: /update company set realm_sealed\b/, within: () => true },
  K19: { when: 'before', is: /^commit/i, within: says(/insert into "migration"/i) },
};

function says(text) {
  return (statements) => statements.some((one) => text.test(one.text));
}
function takesRequests(statements) {
  return statements.some((one) => /(insert into|copy) request\b/.test(one.text) && isAbout(one.values));
}
function opensAttempt(statements) {
  return statements.some(
    (one) =>
      (/insert into attempt\b/.test(one.text) && isAbout(one.values)) ||
      /update attempt set sends = sends \+ 1/.test(one.text),
  );
}
function answers(statements) {
  return statements.some((one) => /insert into answer\b/.test(one.text) && isAbout(one.values));
}

/** Takes a partition's offset row: what a member does with a batch, its own or one it has lost. */
function takesOffset(statements) {
  return statements.some((one) => /from partition_offset\b.* for update/.test(one.text) && isRequests(one.values[1]));
}

function watchStatements({ when, is, within }) {
  const transactions = new WeakMap();
  const { query } = Client.prototype;
  Client.prototype.query = function (config, values, callback) {
    const text = (typeof config === 'string' ? config : config?.text)?.trim();
    if (text === undefined) return query.call(this, config, values, callback);
    // A `copy` has its rows with it (libs/gateway sql/copying.ts).
    const rows = typeof config?.bytes === 'function' ? String(config.bytes()) : config.values;
    const own = { text, values: Array.isArray(values) ? values : rows };
    const statements = /^(begin|start transaction)/i.test(text) ? [] : [...(transactions.get(this) ?? []), own];
    transactions.set(this, /^(commit|rollback$)/i.test(text) ? [] : statements);
    if (!is.test(text) || !within(statements)) return query.call(this, config, values, callback);
    if (when === 'before') {
      if (isDue()) end();
      return query.call(this, config, values, callback);
    }
    const after = () => {
      if (isDue()) end();
    };
    const told = typeof values === 'function' ? values : callback;
    if (told === undefined) return query.call(this, config, values).then((result) => (after(), result));
    const tell = (error, result) => {
      if (!error) after();
      told(error, result);
    };
    return typeof values === 'function' ? query.call(this, config, tell) : query.call(this, config, values, tell);
  };
}

// --- Kafka ----------------------------------------------------------------------------------------------------------

const isRequests = (topic) => topic.endsWith('qbo.requests.v1');
const isAboutBatch = ({ topic, messages }) =>
  isRequests(topic) && messages.some(({ key }) => String(key ?? '').includes(ABOUT));

/** K5: stopped with the batch in hand; another member has its partitions by the time it goes on. */
function watchRevoked() {
  let stopped = false;
  const onBatch = () => {
    if (stopped) return;
    stopped = true;
    say('stopped');
    process.kill(process.pid, 'SIGSTOP');
  };
  watchConsumers({ onBatch, onCommitted: nothing });
  watchStatements({ when: 'before', is: /^commit/i, within: (statements) => stopped && takesOffset(statements) });
}

/** K1: handed a batch. K4: the group's offsets of one it handled are committed at the broker. */
function watchConsumers({ onBatch, onCommitted }) {
  const { consumer: make } = Kafka.prototype;
  Kafka.prototype.consumer = function (options) {
    const consumer = make.call(this, options);
    const { run } = consumer;
    let handled = false;
    consumer.run = ({ eachBatch, ...rest }) =>
      run({
        ...rest,
        eachBatch: async (payload) => {
          if (isAboutBatch(payload.batch)) onBatch();
          await eachBatch(payload);
          if (isAboutBatch(payload.batch)) handled = true;
        },
      });
    consumer.on('consumer.commit_offsets', ({ payload }) => {
      if (handled && payload.topics.some(({ topic }) => isRequests(topic))) onCommitted();
    });
    return consumer;
  };
}

/** K14: an answer is about to be published. */
function watchProducers(onAnswer) {
  const { producer: make } = Kafka.prototype;
  Kafka.prototype.producer = function (options) {
    const producer = make.call(this, options);
    const { sendBatch } = producer;
    producer.sendBatch = (batch) => {
      const isAnswer = batch.topicMessages.some(
        ({ topic, messages }) =>
          topic.endsWith('qbo.answers.v1') && messages.some(({ key }) => String(key ?? '').includes(ABOUT)),
      );
      if (isAnswer) onAnswer();
      return sendBatch(batch);
    };
    return producer;
  };
}

// --- bytes to and from QuickBooks -----------------------------------------------------------------------------------

const HALF_READ_MS = 20;
const asked = new WeakMap();

/** What a chunk that begins a request asks for; undefined: it begins none. */
function askedBy(text) {
  if (!/^(GET|POST) /.test(text)) return undefined;
  if (/^POST \/v3\/company\/[^/]+\/(invoice|batch)\?/.test(text)) return 'write';
  return text.startsWith('POST /oauth2/v1/tokens/bearer') ? 'token' : 'other';
}

function watchSockets({ onBody, onSent, onRead }) {
  const { write, push } = net.Socket.prototype;
  net.Socket.prototype.write = function (chunk, encoding, callback) {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    const begins = askedBy(text);
    if (begins !== undefined) asked.set(this, begins);
    const asks = asked.get(this);
    if (asks === 'token' && text.includes('grant_type=refresh_token') && onSent !== undefined)
      return write.call(this, chunk, encoding, (error) => {
        onSent();
        callback?.(error);
      });
    if (asks === 'write' && begins === undefined && onBody !== undefined && isDue()) {
      const body = Buffer.from(chunk, typeof encoding === 'string' ? encoding : undefined);
      const half = Math.floor(body.length / 2);
      return write.call(this, body.subarray(0, half), () => {
        onBody();
        write.call(this, body.subarray(half));
      });
    }
    return write.call(this, chunk, encoding, callback);
  };
  net.Socket.prototype.push = function (chunk, encoding) {
    if (chunk === null || asked.get(this) !== 'write' || onRead === undefined) return push.call(this, chunk, encoding);
    return onRead(chunk, (part) => push.call(this, part));
  };
}

const HEADERS_END = '\r\n\r\n';

/** The headers and half the body are read, the rest stands in the socket. */
function halfRead(chunk, push) {
  const headers = chunk.indexOf(HEADERS_END);
  if (headers < 0 || !isDue()) return push(chunk);
  const body = headers + HEADERS_END.length;
  const cut = body + Math.floor((chunk.length - body) / 2);
  push(chunk.subarray(0, cut));
  setTimeout(() => {
    end();
    push(chunk.subarray(cut));
  }, HALF_READ_MS);
  return true;
}

// --------------------------------------------------------------------------------------------------------------------

const statement = STATEMENTS[point];
if (statement !== undefined) watchStatements(statement);
else if (point === 'K1') watchConsumers({ onBatch: endIfDue, onCommitted: nothing });
else if (point === 'K4') watchConsumers({ onBatch: nothing, onCommitted: endIfDue });
else if (point === 'K5') watchRevoked();
else if (point === 'K10') watchSockets({ onBody: end });
else if (point === 'K11')
  watchSockets({
    onRead: (chunk, push) => {
      if (String(chunk).startsWith('HTTP/1.1')) endIfDue();
      return push(chunk);
    },
  });
else if (point === 'K12') watchSockets({ onRead: halfRead });
else if (point === 'K14') watchProducers(endIfDue);
else if (point === 'K15') watchSockets({ onSent: endIfDue });
else if (point !== '') throw new Error(`no such crash point: ${point}`);
