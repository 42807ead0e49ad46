// Makes one call with each method of the official npm client. Reads from stdin, as JSON, the id of
// a task and the arguments of each method of the client by name; prints one line of JSON: the names
// of all its methods, and of those that were called, in order. Methods of a task are called on a
// task that is fetched first.
'use strict';

const { ScaleClient } = require('scaleapi');

const client = ScaleClient(process.env.SCALE_KEY);

function called(owner, method, args) {
  return new Promise((resolve, reject) => {
    owner[method](...args, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const { task, calls } = JSON.parse(Buffer.concat(chunks).toString());
  const fetched = await called(client, 'fetchTask', [task]);
  const ofTasks = Object.keys(Object.getPrototypeOf(fetched));
  const methods = Object.keys(ScaleClient.prototype).map((name) => `ScaleClient.${name}`);
  const made = [];
  for (const [method, args] of Object.entries(calls)) {
    await called(client, method, args);
    made.push(`ScaleClient.${method}`);
  }
  for (const method of ofTasks) {
    await called(await called(client, 'fetchTask', [task]), method, []);
    made.push(`Task.${method}`);
  }
  console.log(JSON.stringify({ methods: [...methods, ...ofTasks.map((name) => `Task.${name}`)], made }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
