// Sends what a Node program would send to Scale's API hosts to the server that SCALE_MOCK_URL
// names. Node runs this file before the program: NODE_OPTIONS="--require point.cjs". It covers
// the modules http and https, what is built on them (request, axios, node-fetch), and fetch.
'use strict';

const HOSTS = new Set(['api.scale.com', 'api.scaleapi.com', 'api.scale.ai']);

function pointAt(server) {
  const http = require('http');
  const https = require('https');
  const { urlToHttpOptions } = require('url');
  const requests = { 'http:': http.request, 'https:': https.request };

  // The three forms of http.request: (url, options?, callback?) and (options, callback?).
  function optionsOf(first, second, third) {
    if (typeof first === 'string') first = new URL(first);
    if (!(first instanceof URL)) return [Object.assign({}, first), second];
    const more = typeof second === 'object' && second !== null;
    return [Object.assign(urlToHttpOptions(first), more ? second : {}), more ? third : second];
  }

  function rerouted(given) {
    const options = Object.assign({}, given, {
      protocol: server.protocol,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      hostname: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (server.protocol === 'https:' ? 443 : 80),
    });
    // An agent belongs to one protocol, and a certificate is asked for by the name of the host.
    for (const name of ['agent', 'agents', 'defaultPort', 'servername', '_defaultAgent']) {
      delete options[name];
    }
    if (options.headers && !Array.isArray(options.headers)) {
      options.headers = Object.assign({}, options.headers);
      for (const name of Object.keys(options.headers)) {
        if (name.toLowerCase() === 'host') options.headers[name] = server.host;
      }
    }
    return options;
  }

  function replace(module, own) {
    module.request = function request(first, second, third) {
      const [options, callback] = optionsOf(first, second, third);
      const host = String(options.hostname || options.host || '').replace(/:\d+$/, '');
      if (!HOSTS.has(host.toLowerCase())) return own(first, second, third);
      return requests[server.protocol](rerouted(options), callback);
    };
    module.get = function get(first, second, third) {
      const request = module.request(first, second, third);
      request.end();
      return request;
    };
  }

  replace(http, http.request);
  replace(https, https.request);
  require('module').syncBuiltinESMExports();

  const fetch = globalThis.fetch;
  if (fetch) {
    globalThis.fetch = function pointedFetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      if (!HOSTS.has(url.hostname)) return fetch(input, init);
      url.protocol = server.protocol;
      url.host = server.host;
      return fetch(input instanceof Request ? new Request(url, input) : url, init);
    };
  }
}

if (process.env.SCALE_MOCK_URL) pointAt(new URL(process.env.SCALE_MOCK_URL));
