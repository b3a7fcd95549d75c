// An agent that reaches every https address through a CONNECT proxy.
'use strict';

const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

const proxy = new URL(process.env.HTTPS_PROXY);
// Some libraries read this by themselves and would ask the proxy in another way.
delete process.env.HTTPS_PROXY;

// Made without an argument: Node makes one more of the kind for a call that wants no pooling.
class Tunnel extends https.Agent {
  createConnection(options, callback) {
    const asked = http.request({
      host: proxy.hostname,
      port: proxy.port,
      method: 'CONNECT',
      path: `${options.host}:${options.port || 443}`,
      agent: false,
    });
    asked.on('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        callback(new Error(`no way to ${options.host}`));
        return;
      }
      callback(null, tls.connect({ socket, servername: options.host }));
    });
    asked.on('error', callback);
    asked.end();
  }
}

module.exports = { Tunnel };
