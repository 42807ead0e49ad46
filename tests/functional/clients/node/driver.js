// Drives the official npm client: reads calls as JSON from stdin, [[method, argument...], ...],
// makes them one after the other, and prints what came of each as one line of JSON.
'use strict';

const { ScaleClient } = require('scaleapi');

const client = ScaleClient(process.env.SCALE_KEY);

function outcome(error, value) {
  if (error) {
    return { error: { name: error.constructor.name, message: error.message, status: error.errcode } };
  }
  if (value && value.docs) return { value: value.docs.map(plain) };
  return { value: plain(value) };
}

function plain(task) {
  const { client: _client, ...fields } = task || {};
  return fields;
}

function call([method, ...args]) {
  return new Promise((resolve) => {
    if (typeof client[method] !== 'function') {
      resolve({ error: { name: 'NoSuchMethod', message: method } });
      return;
    }
    client[method](...args, (error, value) => resolve(outcome(error, value)));
  });
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  for (const one of JSON.parse(Buffer.concat(chunks).toString())) {
    console.log(JSON.stringify(await call(one)));
  }
}

main();
