// Drives the platform by plain HTTP from Node, in the words of Scale's newer Node client, which is
// not on npm: Bearer keys, a base URL that ends in a slash and is joined with one, names that are
// not quoted, metadata wrapped in docs. Reads [[method, path, body?], ...] from stdin as JSON and
// prints [status, body] of each as one line.
'use strict';

const BASE = 'https://api.scale.com/v1/';

async function call([method, path, body]) {
  const reply = await fetch(BASE + path, {
    method,
    headers: { Authorization: `Bearer ${process.env.SCALE_KEY}`, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return [reply.status, await reply.json()];
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  for (const one of JSON.parse(Buffer.concat(chunks).toString())) {
    console.log(JSON.stringify(await call(one)));
  }
}

main();
